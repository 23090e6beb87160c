# model
# Why there is no answer, or no more of it: what to do first, then what an administrator should look at.
model-unavailable = The language model cannot be reached. Ask again in a few minutes. If this continues, contact your administrator: the model server is stopped or out of reach.
model-none-in-demo = This demo runs without a language model. With one, it answers any question: the first screen says how to get one.
model-missing = The model “{ $model }” is not installed on its server. Tell your administrator: `pstral doctor` says how to install it.
model-busy = Too many questions are waiting for the model. Ask again in a minute. If it happens often, tell your administrator: the model server needs a longer queue or more power.
model-prompt-too-long = This is too long for the model to read. Shorten the question or start a new conversation. If short questions fail too, tell your administrator: the context window set for the model is too small.
model-forbidden = The model server does not let Pstral in. Tell your administrator: check its list of allowed hosts and the key it expects.
model-timeout = The model said nothing for { $seconds } s, so I stopped waiting. Ask again, more shortly if you can. If this continues, contact your administrator: the model server is overloaded or stuck.
model-interrupted = The answer was cut before its end. Ask again; if it is cut at the same place, rephrase your question. If this continues, contact your administrator: the model server's log says why.
model-hung-up = The model server hung up before a word of the answer. Ask again. If this continues, contact your administrator: the model server's log says why.
model-failed = The model broke down while answering. Ask again. If this continues, contact your administrator: the model server's log says why, and often it is short of memory.
model-protocol = The model server sent something that makes no sense. Tell your administrator: check that the address set for the model is really that of the model server, and that nothing in between changes its answers.
model-rejected = The model server did not accept the question as it was sent. Rephrase your question. If this continues, contact your administrator: a setting of the model is probably wrong, and Pstral's log says which.
model-unsupported = This model cannot do what was asked of it. Tell your administrator: another model must be chosen for this use.
model-withheld = The model server's own content filter blocked the rest of this answer. Rephrase your question. If it happens often, contact your administrator: the filter is set on the model server.
model-outside = The model server is outside the company's network, where nothing may be sent: your question was not. Tell your administrator: the address set for the model must be checked.
