# What Pstral says in a conversation.

## Buttons
button-execute = Execute
button-edit = Edit
button-explain = Explain
button-plan = Execution plan
button-show = Show me
button-agree = Agree
button-stop = Stop
button-rows-before = ◀
button-rows-after = ▶
button-chart = Chart
button-retry = Try again
button-continue = Continue

## Questions
question-empty = Your message is empty. Write your question, for example: “List the clients in Paris”.
question-unreadable = I read text, and text files. Please write your question as a message, for example: “List the clients in Paris”.
matrix-no-emoji = I cannot compare emoji here, so I have cancelled this verification. Our conversation is encrypted without it too. To verify me, ask your administrator to run “pstral matrix verify”, then start the verification again.
matrix-press-unread = I could not read the message you reacted to: its key did not arrive in time, so nothing was done. Please press again; if nothing happens then, ask your question again.
question-too-long = Your question is too long: { $limit } characters at most. Shorten it or ask it in parts.
question-not-text = Your message holds unreadable characters. Send plain text (UTF-8).
still-answering = I am still busy with your previous request. Wait for it to end, or stop it with { $prefix }stop.
no-target = No database is configured for this question. An administrator can add one in the [targets] section of the configuration.
target-not-here = 🔒 The database “{ $target }” does not answer here. Ask me on: { $platforms }.
conversation-not-here = 🔒 This conversation was held on { $platform } and is not shown here: some databases do not answer here. Open it there.
target-removed = The database “{ $target }” is no longer configured. Ask your question again.
target-unknown = There is no database called “{ $given }”. The databases you can ask are: { $known }.
suggestions = Here are the nearest verified questions; I can answer them without a model. Reply with a number:
suggestions-any = Here are some verified questions; I can answer them without a model. Reply with a number:
suggestion-value = “{ $question }” needs a value in place of “…”. Reply with the number and the value: { $number } VALUE
suggestions-in-demo = Without one, it answers the { $count } verified questions ({ $prefix }verified lists them), such as these. Reply with a number:

## Answers
answer-cut = ✂️ The answer reached the model's longest length and ends here. Continue goes on from there; or ask something more precise.
answer-too-long = ✂️ The answer was growing too long, so I stopped it. Continue goes on from there; or ask something more precise.
answer-too-slow = ✂️ The answer was taking too long, so I stopped it. Continue goes on from there; or ask something more precise.
answer-empty = The model answered nothing. Try again, or rephrase your question.
answer-only-thought = The model thought about it and said nothing in the end. Try again, or put the question in simpler words.
stopped-by-admin = ⏹ Stopped by an administrator, so that others can go on. Nothing more was run. Ask again later, or ask them why.
answer-stopped = ⏹ Stopped as you asked. Nothing was run.
answer-interrupted = ⏹ Pstral was interrupted during this answer. Ask your question again.
only-first-statement =
    { $others ->
        [one] The answer holds another statement; only the first is offered. Ask for the other in a message of its own.
       *[other] The answer holds { $others } other statements; only the first is offered. Ask for the others one by one.
    }
without-model = No model can be reached: I answer with a verified query.
meanwhile = Meanwhile, here is a verified query that answers your question.

## Waiting for an answer
model-queued =
    { $position ->
        [1] ⏳ You are next: the model is still answering somebody.
       *[other] ⏳ You are number { $position } in the queue; others asked before you.
    }
model-thinking = ⏳ Question received, the model is thinking…
queue-full =
    { $waiting ->
        [0] The model is busy and has no queue. Ask again { $when }.
        [1] The queue is full (one question). Ask again { $when }.
       *[other] The queue is full ({ $waiting } questions). Ask again { $when }.
    }
queue-full-person =
    { $waiting ->
        [0] The model is busy answering. Ask again in a minute.
        [1] One of your questions already waits for the model. Wait for its answer, or withdraw it with { $prefix }stop where you asked it.
       *[other] { $waiting } of your questions already wait for the model. Wait for one of the answers, or withdraw one with { $prefix }stop where you asked it.
    }
answer-taken-back = ⏹ The question was deleted, so its answer ends here. Ask again whenever you like.
answer-reworded = ✏️ The question was edited: the answer to its new words follows.
answer-left = ⏹ I was removed from the place where you asked, so this answer ends here. Ask me again in private.

## The rest of an answer
continue-asked = Go on exactly where your answer ended, without repeating any of it.
continue-gone = This answer is no longer there. Ask your question again.
continue-used = The rest of this answer was asked for already. See further down, or ask your question again.
continue-not-yours = Only the person who asked this question can ask for the rest. Ask it yourself to get your own answer.
continue-elsewhere = This answer goes on where it was given, or in private. Ask for the rest there.
continue-late = Something else was asked since this answer. Ask your question again, more precisely.
continue-broken = The last answer broke off before its end; only an answer that was too long can be continued. { $prefix }retry asks its question again.
continue-nothing = The last answer was not cut: there is nothing to go on with. Ask another question.

## Proposals
reads =
    { $count ->
        [one] Reads the table { $tables } of the database { $target }.
       *[other] Reads the tables { $tables } of the database { $target }.
    }
quoted = “{ $words }”
answers-question = I am answering: “{ $question }”
value-assumed = assumed: your question gives no value
read-as = “{ $said }” read as { $column } = “{ $value }”
term-followed = Reads the same columns and values as the company's definition of “{ $name }”.
term-not-followed = ⚠️ Does not read what the company's definition of “{ $name }” reads: check it before you run it.
origin-model = Written by the model, not verified.
origin-person = Statement edited by you.
origin-verified = ✅ Query verified by { $by } on { $on }.
statement-refused = 🛡️ This statement cannot be run.
statement-too-costly = The database expects it to cost more than is allowed here. Add a filter or a shorter period.
statement-cost-unknown = The database cannot say what it will cost, and costs are limited here. Put the question more simply.
statement-planned-too-long = { $seconds ->
    [one] The database could not plan it within { $seconds } second: it asks for too much at once. Ask for less, or in several steps.
   *[other] The database could not plan it within { $seconds } seconds: it asks for too much at once. Ask for less, or in several steps.
}
statement-not-planned = The database failed while planning it. Rephrase the question, or try again; if this continues, contact your administrator.
statement-not-showable = The full statement does not fit in one message, and you must see everything that will run. Ask a more specific question.
statement-in-file = 📄 The whole statement is in the file { $name }: read it before you run it, as exactly that runs.
statement-file-refused = I could not send the file that holds the whole statement, and you must see all of what runs. Ask me in private, or ask whoever manages this channel to allow files.
parameter-missing = The statement needs a value for “{ $name }”. Replace :{ $name } by a value.
offered-before = The last answer offers no statement. This is the one from before:
offered-before-for = The last answer offers no statement. This is the one for “{ $question }”:
nothing-offered = The last answer offers no statement to run. Rephrase your question, or ask another one.
no-proposal = There is no statement to run here yet. Ask a question first.
proposal-unknown = This statement is gone. Ask your question again.
proposal-used = This statement has already been used: each one runs once. Ask the question again for fresh data.
proposal-expired = This statement has expired. Ask your question again to get a new one.
proposal-refused = The last statement was refused: there is nothing to run. Edit it, or rephrase your question.
proposal-not-yours = Only the person who asked can run this statement. Ask it yourself to get your own.
proposal-changed = The database or its rules have changed since you saw this statement. Ask your question again.
proposal-not-agreed = A steward must agree before this statement can run. Ask one to write: { $prefix }agree { $name }
estimate =
    { $rows ->
        [0] Estimate: no row, cost { $cost }.
        [1] Estimate: about one row, cost { $cost }.
       *[other] Estimate: about { $rows } rows, cost { $cost }.
    }
estimate-none = The database gives no estimate for this statement.
agreement-needed = ⚖️ It is costly: a steward must agree before you can run it. Ask one to write: { $prefix }agree { $name }
agreement-given = ⚖️ { $name } agrees: you can now run this statement on { $target }.
edit-how = Copy this line, change it and send it back:
edit-how-file = This statement is too long for a message, so it is in the file. Change it there, and send it back with { $prefix }sql and the file, or after { $prefix }edit.
edit-form-title = A statement on { $target }
edit-form-label = SQL

## Corrections
not-from-data = ⚠️ Not from your data: no statement was run for this answer.
numbers-not-from-data = ⚠️ The numbers in these words are not from your data: run the statement to get the real ones.
correcting = ⏳ This statement has an error: I am asking the model to fix it…
answering-afresh = ⏳ That could not be fixed: I am asking the model for another answer…
claimed-without-data = ⏳ The model gives numbers without a statement: I am asking it for one…
asked-enough = ⏳ The model has already asked its question: I am having it answer…
repaired = 🛡️ Corrected by the model: its first statement did not pass the checks.
repair-failed = The model could not correct it. Edit it, or rephrase your question.

## Agreements
agree-not-allowed = Only stewards can agree to costly statements. Please ask one of them.
agree-none = No statement is waiting for approval.
agree-how = These statements are waiting for approval. To read one in full, write { $prefix }agree and its name:
agree-asked = { $name } would like to run this on { $target }:
agree-confirm = To agree, write: { $prefix }agree { $name } yes
agree-done = Done: { $name } can now run the statement.
agree-too-late = This statement no longer needs approval: it has expired, or somebody else has approved it. If it is still needed, the person who asked can ask again.
agreement-withdrawn = Whoever agreed to this statement may no longer do so. Ask your question again, and another steward to agree.
agree-not-showable = This statement cannot be shown whole here, and you must see all of it to agree. Ask for a simpler one.
agree-unknown = No waiting statement has the name “{ $name }”. See { $prefix }agree.

## Results
result-in-private = 🔒 The result is for you alone: I send it to you in private.
running = ⏳ Running…
no-such-value = { $column } holds no “{ $said }”. Did you mean “{ $value }”?
no-rows = No row matches. Try a broader question.
rows =
    { $rows ->
        [one] One row.
       *[other] { $rows } rows.
    }
rows-of-more =
    { $rows ->
        [one] First row only: there are more beyond the limit. Narrow the question to see them.
       *[other] First { $rows } rows: there are more beyond the limit. Narrow the question to see them.
    }
rows-as-limited = { $rows } rows, the most this statement asks for: there may be more.
rows-in-time =
    { $rows ->
        [one] First row only: there are more, but the time allowed is over. Narrow the question to see them.
       *[other] First { $rows } rows: there are more, but the time allowed is over. Narrow the question to see them.
    }
no-row-fits = There are rows, but the first alone is larger than a result may be. Ask for fewer columns.
cells-cut =
    { $cells ->
        [one] One cell was longer than a cell may be: it is cut.
       *[other] { $cells } cells were longer than a cell may be: they are cut.
    }
took = Time: { $seconds } s.
preview-rows =
    { $shown ->
        [0] The table is too large to be shown here.
        [1] The first row is shown.
       *[other] The first { $shown } rows are shown.
    }
preview-columns =
    { $hidden ->
        [1] One more column is not shown.
       *[other] { $hidden } more columns are not shown.
    }
rows-page =
    { $shown ->
        [1] Row { $to } of { $rows }.
       *[other] Rows { $from }–{ $to } of { $rows }.
    }
rows-gone = I no longer keep the other rows of this result. Its files hold them all; if there are none, ask your question again and run it.
rows-not-yours = Only the person who asked can turn these pages. Ask the question yourself to get your own result.
rows-not-shown = This page could not be shown just now. Press the button again.
rows-not-here = 🔒 Some people here may not see these rows: I show no more of them. Ask your question again and run it; the result will come to you in private.
files-hold-all =
    { $rows ->
        [1] The files hold the whole row.
       *[other] The files hold all { $rows } rows, with every column.
    }
files-failed = The files could not be written: tell an administrator, Pstral's log says why.
files-beyond-sheet = The result is too large for an XLSX spreadsheet: no XLSX file is attached.
files-compressed = One file is compressed (.gz), because it was too large to be sent as it is.
files-too-large =
    { $count ->
        [one] One file is too large to be sent here. Narrow the question, or ask an administrator for it.
       *[other] { $count } files are too large to be sent here. Narrow the question, or ask an administrator for them.
    }
fact-question = Question
fact-statement = Statement
fact-person = Person
fact-target = Database
fact-time = Time
fact-rows = Rows
fact-verified = Verified
fact-truncated = Incomplete
fact-cut = Cut
fact-cut-in-sheet = Texts cut to 32,767 characters in this sheet
sheet-origin = Origin
file-first-rows = first-{ $rows }-rows
file-chart = chart
chart-gone = I no longer have the data of this chart. Ask the question again, run it, then ask for the chart.
no-chart = There is no recent result to draw here. A chart takes one column of categories or dates, one to three columns of numbers, and 2 to 200 rows.
value-yes = yes
value-no = no
value-unsupported = (type { $type }: not shown)

## Explanations
explain-limits =
    { $seconds ->
        [one] Read-only; at most { $rows } rows and one second.
       *[other] Read-only; at most { $rows } rows and { $seconds } seconds.
    }
explain-told =
    { $count ->
        [0] The model saw no tables.
        [1] The model saw the table { $names }.
       *[other] The model saw { $count } tables: { $names }.
    }
explain-told-count =
    { $count ->
        [0] The model saw no tables.
        [1] The model saw one table.
       *[other] The model saw { $count } tables.
    }
explain-left-relations =
    { $count ->
        [1] The prompt had no room for one table; the model saw at most its name: { $names }.
       *[other] The prompt had no room for { $count } tables; the model saw at most their names: { $names }.
    }
explain-left-relations-count =
    { $count ->
        [1] The prompt had no room for one table; the model saw at most its name.
       *[other] The prompt had no room for { $count } tables; the model saw at most their names.
    }
explain-left-columns =
    { $count ->
        [1] One column was left out: the prompt had no room.
       *[other] { $count } columns were left out: the prompt had no room.
    }
explain-left-examples =
    { $count ->
        [1] One verified example was left out: the prompt had no room.
       *[other] { $count } verified examples were left out: the prompt had no room.
    }
explain-left-turns =
    { $count ->
        [1] One earlier message of the conversation was left out: the prompt had no room.
       *[other] { $count } earlier messages of the conversation were left out: the prompt had no room.
    }
explain-plan = Execution plan, for database specialists:
explain-no-plan = The database gives no estimate for this statement; you can run it all the same, within these limits.

## Commands
command-unknown = I do not know the command “{ $name }”. Type { $prefix }help to see those I know.
command-unknown-near = I do not know the command “{ $name }”. Did you mean { $prefix }{ $near }?
nothing-to-stop = There is nothing to stop: nothing is going on here.
stop-not-yours = Only the person who asked this question can stop its answer. You can ask your own meanwhile.
mode-unknown = Choose a mode: { $prefix }mode sql for data, { $prefix }mode chat to talk.
mode-sql = Data mode: I offer a statement for each question.
mode-chat = Chat mode: I answer without looking at the data.
new-conversation = New conversation. I have forgotten what came before; go ahead.
role-member = member
role-steward = steward
role-admin = admin
role-named = { $name }
help =
    Ask your question in English or French; I offer a statement, you decide whether to run it.
    { $prefix }execute: run the last statement offered
    { $prefix }edit: change it; { $prefix }explain: understand it
    { $prefix }chart: the chart of the last result, where it can be one
    { $prefix }stop: stop what is going on
    { $prefix }mode sql or { $prefix }mode chat: talk about the data or about something else
    { $prefix }new: new conversation; { $prefix }history: the earlier ones
    { $prefix }open, { $prefix }rename, { $prefix }export, { $prefix }delete and a number: go on with a conversation, rename, export or delete it
    { $prefix }retry: ask again a question that was not answered; { $prefix }continue: the rest of an answer that was cut
    { $prefix }good or { $prefix }bad: what you think of the last answer; { $prefix }keep: propose the last statement as a verified query
    { $prefix }whoami: your account; { $prefix }unlink: remove this account; { $prefix }language fr or en; { $prefix }timezone Europe/Paris
    { $prefix }verified: the verified questions you can ask; stewards manage them
    { $prefix }term: the company's terms and their definitions
    { $prefix }review: questions without a good answer, for stewards
    { $prefix }agree: costly statements that wait, for stewards
    { $prefix }audit: the audit log, { $prefix }user: the users, { $prefix }policy: who may do what, { $prefix }status: service status; for administrators

## Conversations
history = Your last conversations:
history-current = { " " }(this one)
history-next = To go on with one, write { $prefix }open and its number.
history-more = For the ones before: { $prefix }history { $page }
history-how = Write { $prefix }history for your last conversations, { $prefix }history 2 for the ones before.
history-empty = You have no conversation yet. Ask your first question!
history-end = There is no older conversation.
conversation-number = Say which conversation you mean: write its number, which { $prefix }history gives.
conversation-unknown = You have no conversation "{ $number }". Their numbers are in { $prefix }history.
open-elsewhere = This conversation is held elsewhere, and others read here. Write { $prefix }open to me in private to go on with it.
opened = We go on with conversation { $number }, "{ $title }".
rename-how = Write { $prefix }rename and the new title, or { $prefix }rename, a number and the title.
renamed = Conversation { $number } is now called "{ $title }".
delete-confirm = Delete conversation { $number }, "{ $title }", with its questions, answers and statements? Nothing can bring it back. To confirm: { $prefix }delete { $number } yes
deleted = Conversation { $number }, "{ $title }", is deleted. The audit log still says what was run.
conversation-gone = This conversation was deleted: the statement can no longer be run. Ask your question again.
exported = Here is conversation { $number }, "{ $title }".
export-empty = This conversation is empty: there is nothing to export. Ask a question first.
export-withheld = The rows are left out: they come from what you may no longer read, or cannot be checked now. Ask an administrator if you need them.
export-too-large = The file is too large to be sent here. Ask for it on another platform, or ask an administrator.
retry-gone = This question is no longer there. Ask it again.
retry-used = This question was asked again already. See the answer further down, or ask it once more.
retry-not-yours = Only the person who asked this question can ask it again. Ask it yourself to get your own answer.
retry-nothing = The last question does not wait for an answer: there is nothing to try again. Ask another one.
execution-interrupted = ⏹ Pstral was interrupted while the statement ran. Nothing was changed, but the result is lost. Ask your question again for a new statement.
pdf-untitled = Conversation without title
pdf-about =
    { $targets ->
        [0] Conversation { $number } of { $name } ({ $username }), begun on { $started }, exported on { $exported }.
       *[other] Conversation { $number } of { $name } ({ $username }) about { $names }, begun on { $started }, exported on { $exported }.
    }
pdf-person = { $name } · { $time }
pdf-pstral = Pstral · { $time }
pdf-page = Page { $page } of { $pages }
pdf-statement = Statement for { $target }
pdf-statement-refused = Refused statement for { $target }
pdf-by-person = edited by { $name }
pdf-stopped = Answer stopped by the person.
pdf-interrupted = Interrupted answer.
pdf-failed = No answer: the model could not be reached or broke off.
pdf-broken = This did not succeed.
pdf-streaming = Answer still being written.

## Audit
audit-not-allowed = The audit log is for administrators. Please ask one of them.
audit-withheld = (not shown on this platform)
audit-empty = No event matches. Take a word away, or write { $prefix }audit alone.
audit-word-unknown = “{ $word }” is neither a number, an action, a status, a moment (7d, 2h, 2026-11-20), a database, a platform nor a user. Actions: { $actions }.
button-audit-older = Older
button-audit-newer = Newer
audit-page-gone = I no longer remember this search. Ask again with { $prefix }audit.
audit-looked-back = I have looked back to { $until }. “Older” looks further back.
audit-page-last = There is no further page.
audit-file-newest =
    { $entries ->
        [one] The file holds the newest event only; narrow the search to see others.
       *[other] The file holds the newest { $entries } events only; narrow the search to see others.
    }
audit-seq = no.
audit-time = time (UTC)
audit-user = user
audit-action = action
audit-status = status
audit-detail = detail
place-closed = 🔒 I cannot write where you asked me, so I answer here. Whoever manages that channel can allow me to send messages there.
answer-elsewhere = 🔒 I could not answer where you asked me, so I answer here.
sent-in-private = I have answered you in private.
private-closed = 🔒 This is for you alone, and your private messages are closed to me. Press Show me to read it here, seen by nobody else.
result-coming = 🔒 This result is for you alone: { $question }
private-failed = I could not write to you in private. Open your private messages and try again.

## Rules and status
policy-how =
    Name a user and a database: { $prefix }policy { $user } { $target }
    A table or one of its columns may follow, such as clients or clients.email. Databases: { $known }
policy-target-unknown = There is no database “{ $given }”. I know { $known }. For example: { $prefix }policy { $user } { $target }
policy-table-unknown = { $target } has no table or column “{ $given }”. Write it as the database does, for example: { $prefix }policy { $user } { $target } clients.email
policy-here-for = For { $name } ({ $role }), here, on { $what }:
policy-in-private = For { $name } ({ $role }), in private, on { $what }:
status-questions = { $waiting } in the queue, { $running } being answered
status-resting = not asked for { $since } s because it failed; tried again in { $again } s
status-answers =
    { $left ->
        [0] no unfinished answers
        [1] one answer is still unfinished
       *[other] { $left } answers are still unfinished
    }
status-remedy-answers = I retry every minute. If this continues, check the platforms and the state database in this list.

## Feedback
button-good = 👍
button-bad = 👎
rate-good = Noted, thank you!
rate-bad = Noted. Rephrase your question, or change the statement with { $prefix }edit.
rate-bad-words = Noted. Rephrase your question and I will try again.
rate-nothing = There is no answer of mine to rate here yet. Ask a question first.
rate-not-yours = Only the person who asked can rate this answer. Ask the question yourself to rate the answer you get.

## Verified queries
button-keep = Save as verified
keep-done = Thank you! It waits for a steward under the name “{ $id }”; they find it with { $prefix }verified.
keep-not-yours = Only the person who asked can propose this statement. Ask it yourself to get your own.
keep-not-run = I can only save a statement that has given its result. Run it, then try again.
keep-no-question = I do not know which question this statement answers. Write: { $prefix }keep YOUR QUESTION
keep-too-long = A verified question has { $limit } characters at most. Put it in short: { $prefix }keep YOUR QUESTION
keep-unclear = I do not know what “{ $name }” may hold. Put its value into the statement instead of :{ $name }, run it and try again.
keep-again = Somebody saved another query at the same moment. Please try again.
keep-waits-already = This one already waits for a steward, under the name “{ $id }”. Ask one of them to look at it.
keep-is-verified = This is already a verified query: “{ $id }”. There is nothing to save.
keep-other-statement = Another statement is saved for this question already, under the name “{ $id }”. Ask a steward to change that one.
keep-was-retired = This query was retired by a steward, under the name “{ $id }”. They can restore it.
kept-no-column = The column { $column }, which supplies the values of “{ $name }”, no longer exists or can no longer be read. Name another column.
steward-not-allowed = Only stewards look after verified queries. Please ask one of them.
steward-waiting =
    { $count ->
        [0] No query waits for approval.
        [1] One query waits for approval:
       *[other] { $count } queries wait for approval:
    }
steward-fallen =
    { $count ->
        [1] One is no longer valid and not offered:
       *[other] { $count } are no longer valid and not offered:
    }
steward-hidden =
    { $count ->
        [1] One is hidden by an entry of the file with the same name; retire it:
       *[other] { $count } are hidden by entries of the file with the same names; retire them:
    }
steward-counts =
    { $used ->
        [0] In use: none; retired: { $retired }.
       *[other] In use: { $used }; retired: { $retired }.
    }
verified-questions =
    { $count ->
        [0] No verified question is open to you yet.
        [1] One question is answered by a verified query:
       *[other] { $count } questions are answered by verified queries:
    }
verified-more = … and { $count } more.
steward-how = To read one whole, write { $prefix }verified and its name.
terms =
    { $count ->
        [0] { $target } has no business term yet.
        [1] Answers about { $target } follow the definition of one term:
       *[other] Answers about { $target } follow the definitions of { $count } terms:
    }
term-how = To see a definition: { $prefix }term NAME. To propose one: { $prefix }term NAME = a SELECT, or a sentence
term-unknown = No term has this name. See { $prefix }term, or propose it: { $prefix }term NAME = a SELECT, or a sentence
term-proposed = Thank you! The term is waiting for approval as “{ $id }”; stewards see it with { $prefix }verified.
term-exists = This term exists already, under the name “{ $id }”. A steward can change it.
term-too-long = A definition in words has { $limit } characters at most. Shorten it, or write a SELECT.
term-incomplete = A term needs a name of at most { $longest } characters and a definition, a SELECT or a sentence. Example: loyal client = a client for more than five years
notice-broken =
    { $count ->
        [1] ⚠️ A change of the database broke a verified query, which is no longer offered: { $names }. See { $prefix }verified.
       *[other] ⚠️ A change of the database broke { $count } verified queries, which are no longer offered: { $names }. See { $prefix }verified.
    }
notice-questions =
    { $count ->
        [1] One question is waiting for a better answer: { $prefix }review
       *[other] { $count } questions are waiting for a better answer: { $prefix }review
    }
notice-proposals =
    { $count ->
        [1] One proposal is waiting for your approval: { $prefix }verified
       *[other] { $count } proposals are waiting for your approval: { $prefix }verified
    }
reviews =
    { $count ->
        [0] No question is waiting for you.
        [1] One question is waiting for a better answer:
       *[other] { $count } questions are waiting for a better answer:
    }
review-unanswered = not answered
review-edited = statement edited before it ran
review-bad = rated 👎
review-times =
    { $count ->
        [1] once
       *[other] { $count } times
    }
review-how = To see one: { $prefix }review NUMBER. When it is dealt with: { $prefix }review close NUMBER
review-next =
    To answer it from now on: ask it, edit the statement until it is right, run it, and choose “Save as verified”.
    If a word was misunderstood, define it: { $prefix }term NAME = a SELECT
    When it is dealt with: { $prefix }review close { $number }
review-unknown = No open question has this number. See { $prefix }review.
review-closed = The question is closed. See the others with { $prefix }review.
steward-which = Say which one: { $prefix }verified lists those that wait.
steward-several = Several databases have a query of this name. Say which one: { $names }
steward-unknown = There is no verified query “{ $name }”. See { $prefix }verified.
steward-closed = “{ $id }” reads data that your role may not read, so I cannot show it to you. Ask another steward.
steward-not-showable = This query cannot be shown whole here. See it with: pstral verified show { $target } { $id }
steward-changed = “{ $id }” has changed since you read it. Read it again before you decide.
steward-in-file = “{ $id }” is in the file of verified queries: change it there.
steward-approved-already = “{ $id }” is approved already: there is nothing to do.
steward-is-retired = “{ $id }” is retired. Restore it first.
steward-nothing-to-do = “{ $id }” is so already: there is nothing to do.
steward-faults =
    This cannot be approved yet:
    - { $what }
steward-double = “{ $id }” already answers this question, or has this statement. Of two such queries neither would be offered: retire or change one.
steward-edit-how =
    Write what changes, the statement last:
    { $prefix }verified edit { $id }#VERSION fr=… | en=… | :city=text clients.city | statement=…
steward-approved = ✅ “{ $id }” is verified: it now answers this question.
steward-approved-term = ✅ “{ $id }” is verified: answers that use the term now follow it.
steward-approved-hidden = ✅ “{ $id }” is approved, but the file has another of this name, which is used instead.
steward-edited = “{ $id }” is changed and verified under your name.
steward-edited-waiting = “{ $id }” is changed. To approve it: { $prefix }verified approve { $id }#{ $version }
steward-retired = “{ $id }” is retired: it is no longer offered.
steward-restored = “{ $id }” waits for approval again: { $prefix }verified approve { $id }#{ $version }
steward-of-file = “{ $id }”, verified in the file of { $target }
steward-of-chat-proposed = “{ $id }” on { $target }, waiting for approval
steward-of-chat-approved = “{ $id }” on { $target }, verified
steward-of-chat-retired = “{ $id }” on { $target }, retired
steward-of-chat-hidden = “{ $id }” on { $target }, hidden by an entry of the file
steward-no-words = (not written yet)
steward-step-proposed = Proposed by { $name } on { $on }.
steward-step-edited = Changed by { $name } on { $on }.
steward-step-approved = Approved by { $name } on { $on }.
steward-step-retired = Retired by { $name } on { $on }.
steward-since = Not offered since { $on }.
steward-holds = It is valid in the database as it is.
steward-holds-not = ⚠️ It is not valid in the database as it is. { $why }
steward-tally = 👍 { $good } · 👎 { $bad }
steward-next-proposed =
    To approve it: { $prefix }verified approve { $id }
    To change it: { $prefix }verified edit { $id } fr=… | en=… | statement=…
steward-next-approved =
    To change it: { $prefix }verified edit { $id } fr=… | en=… | statement=…
    To retire it: { $prefix }verified retire { $id }
steward-next-retired = To bring it back: { $prefix }verified restore { $id }

## Failures
audit-unavailable = The audit log cannot be written: to be safe, nothing was run. Tell an administrator (disk space, state database).
result-not-recorded = The statement ran, but its result could not be recorded in the audit log: to be safe, it is not shown. Tell an administrator (disk space, state database).
answer-not-recorded = ⚠️ This answer could not be noted down: the audit log cannot be written. Tell an administrator (disk space, state database), then try again.
not-noted = What you see above is final but not recorded yet. I keep retrying; if this continues, contact an administrator (disk space, state database).
stopped-not-again = The statement was stopped as you asked. It cannot be offered to you again as it is: ask the question again.
state-full = The disk of the state database is full: I can note nothing down, so I stopped there. Tell an administrator, then try again.
state-audit-changed = The audit log is not what it was when I last signed it, so nothing is asked or run for now. Please tell your administrator.
state-busy = The state database is taken by another program, so I stopped there. Try again in a minute; if this goes on, tell an administrator.
state-away = The state database cannot be reached, so I stopped there. Try again in a minute; if this goes on, tell an administrator.
incident = Something went wrong on my side. Try again; if it goes on, give the number { $id } to an administrator.

## Roles, places and quotas
asked-by = ↳ { $name }
role-not-configured = Hello! Your role, “{ $role }”, is not set up here, so I may not answer you yet. Please ask a Pstral administrator.
place-not-welcome = Hello! I cannot answer you here. Write to me in private: I will gladly help you there.
ask-not-allowed = Your role does not include asking questions. Please ask a Pstral administrator.
execute-not-allowed = Your role does not include running statements. Please ask a Pstral administrator, or a colleague who may run it.
answer-in-private = 🔒 Not everybody here may see this data: I answer you in private.
statement-in-private = 🔒 This statement reads data that not everybody here may see: I send it to you in private.
agree-own = Somebody else must agree: nobody can agree to their own statement. Please ask another person who may.
in-minutes =
    { $minutes ->
        [1] in a minute
       *[other] in { $minutes } minutes
    }
in-hours =
    { $hours ->
        [1] in an hour
       *[other] in { $hours } hours
    }
quota-user-questions = You have asked a great many questions. Come back { $when } and I will go on.
quota-user-executions = You have run a great many statements. Come back { $when } to run this one.
quota-place-questions = A great many questions have been asked here. Come back { $when }, or write to me in private.
quota-place-executions = A great many statements have been run here. Come back { $when }, or ask again in private.

## Long answers
answer-rest-in-file = What did not fit in these messages is in the file.
files-refused = This place takes no files, so they are left out here. Ask me in private to get them.
answer-rest-lost = What did not fit in these messages is lost: it could not be sent as a file. Ask something more precise.

## Attached files
attached-reply = In reply to { $name }:
attached-left-out = (The attached file { $name } was not read: it is too large, one too many, or not a .sql, .txt or .csv file of plain text.)

## Discord
discord-private-closed = 🔒 Your private messages are closed to me, so I show this to you alone. It cannot be found again later: copy what you need.
discord-file-unreadable = The file cannot be read. Attach plain text (UTF-8) of 64 KiB at most.
discord-server-not-allowed = Pstral does not answer in this server. Whoever runs it can add the server to its configuration.
discord-not-here = I do not answer in this channel. Ask me in another one, or in private.
discord-in-private = 🔒 I answer you in your private messages.
discord-asked = **{ $name }**: { $question }
discord-message-empty = There is nothing to read in this message. Choose one with words in it.
discord-answered-in = I answer in { $place }.

## Commands, as lists describe them
discord-about = Ask Pstral about this
command-ask = Ask a question about the data, or anything else
command-ask-question = Your question, in your own words
command-ask-target = The name of the database, where there are several
command-ask-mode = sql: about the data; chat: about anything else
command-ask-private = Yes: asked and answered in your private messages
command-ask-file = A .sql, .txt or .csv file that belongs to the question
command-sql = Offer a statement of your own, checked like any other
discord-sql-title = A statement of your own
command-sql-statement = The SELECT
command-sql-file = A .sql or .txt file that holds it
command-mode = What this conversation is about
command-new = Begin a new conversation here
command-history = Your earlier conversations
command-history-page = Which page of them
command-export = A conversation as a file
command-export-number = Its number, as the history shows it; without it, the current one
command-export-form = The file format
command-stop = Stop what is under way here
command-whoami = Your account and its links
command-link = Link this chat account to your Pstral user
command-link-code = The code you were given; without it, I make one for an administrator
command-unlink = Unlink this account
command-unlink-confirm = Yes, unlink it
command-help = What you can ask of me
command-audit = For administrators: the audit log
command-audit-filter = An action, a status, a username, a number or a moment such as 7d
command-user = For administrators: users and their accounts
command-policy = For administrators: who may do what here, and by which rule
command-policy-user = Who would ask: a username
command-policy-target = The name of the database
command-policy-table = A table or one of its columns, such as clients.email
command-status = For administrators: service status
command-term = The company's terms and their definitions; NAME = DEFINITION proposes one
command-term-term = The name of a term, or NAME = DEFINITION to propose one
command-review = For stewards: questions without a good answer
command-review-number = Its number in the list
command-review-list = The open questions, the most frequent first
command-review-show = One of them, with its statement
command-review-close = Take one off the list
command-verified = The verified questions you can ask; stewards manage them
command-number = Its number, as the history shows it
command-execute = Run the last statement offered
command-edit = Change the last statement, or put another in its place
command-explain = What the last statement does, in words
command-chart = The chart of the last result
command-retry = Ask again a question that was not answered
command-continue = The rest of an answer that was cut
command-good = The last answer was good
command-bad = The last answer was not good
command-keep = Propose the last statement as a verified query
command-keep-question = The question that it answers, where it is another one
command-open = Go on with an earlier conversation
command-rename = Give a conversation another title
command-rename-title = The new title
command-delete = Delete a conversation
command-delete-confirm = Yes, delete it for good
command-language = The language I answer you in
command-timezone = The time zone of the times you are shown
command-timezone-zone = A name such as Europe/Paris; leave empty to see yours
command-agree = For stewards: costly statements that wait for an agreement
command-agree-name = The name of the statement; without it, those that wait
command-agree-confirm = Yes, it may run
command-user-name = The user, by their username
command-user-member = The user, by somebody of this server who is linked to them
command-user-role = Their role
command-user-language = fr or en
command-user-email = Their email address
command-user-full-name = Their full name
command-user-list = The users there are
command-user-word = A part of their names
command-user-add = Add a user
command-user-new = A username
command-user-edit = Change a user
command-user-disable = Lock a user out
command-user-enable = Let a user in again
command-user-code = Make a code that links an account to a user
command-user-confirm = Link the account of somebody who asked for a code
command-user-confirm-code = The code they were given
command-user-links = The accounts of a user
command-user-unlink = Unlink an account of a user
command-user-account = The platform and the id of the account, where there are several
command-verified-query = Its name, with its version where you have read it
command-verified-list = Those that wait, and those that are no longer valid
command-verified-show = One of them, whole
command-verified-approve = Approve one that you have read
command-verified-edit = Change one that you have read
command-verified-changes = What changes, the statement last
command-verified-retire = Take one out of use
command-verified-restore = Bring back one that was retired

## The admin endpoint
api-sign-in = Sign in first, with your password or a token.
api-wrong-password = The user name or the password is wrong, or the account is disabled. Try again, or ask an administrator.
api-too-many =
    { $minutes ->
        [1] Too many failed attempts. Try again in a minute.
       *[other] Too many failed attempts. Try again in { $minutes } minutes.
    }
api-forbidden = This needs the capability { $capability }, which your role or your token does not have. Ask an administrator.
api-other-site = This request comes from another site and was refused. Open the page of Pstral itself.
api-no-route = There is nothing at this address. docs/api.md lists the routes.
api-no-method = This route does not support this method. docs/api.md lists the routes.
api-no-sign-in = You have no session or token of this name. Look at those you still have: it may have ended.
api-only-session = A token cannot do this. Sign in with your password.
api-by-proxy = This address is only served through the company's proxy. Open Pstral there.
api-no-review-statement = This question has no statement that you may read. Ask it, correct the statement, run it, then save it as verified.
api-no-review = No open question has this number. Look at those that are left: it may have been closed.
api-no-event = There is no audit entry of this instance with this number. It may have been pruned.
api-invalid = { $field } is not valid here. Allowed: { $allowed }.
api-missing = “{ $member }” is missing. Add it, then send the request again.
api-unknown = “{ $member }” is not known here. Allowed: { $allowed }.
api-twice = “{ $member }” is given twice. Give it once.
api-kind = “{ $member }” must be { $kind }. Correct it, then send the request again.
api-kind-text = a string
api-kind-number = a whole number
api-kind-count = a whole number, 0 or more
api-kind-boolean = true or false
api-kind-list = a list
api-kind-object = an object
api-value = The value of “{ $member }” is not valid. Correct it, then send the request again: docs/api.md says what it may be.
api-within = In { $part }: { $problem }
api-object = The body must be a JSON object. Correct it, then send it again.
api-no-json = The body is not valid JSON at line { $line }, column { $column }. Correct it, then send it again.
api-no-json-type = This route takes JSON. Send it with the header “Content-Type: application/json”.
api-too-large = The request is too large: 64 KB at most. Send less.
api-unreadable = The request could not be read. Compare it with docs/api.md, then send it again.
api-user-unknown = There is no user { $name }. Look at the list of users for the name.
api-user-exists = There is a user { $name } already. Choose another username.
api-user-disabled = { $name } is disabled: nobody can be linked to them. Enable them first.
api-not-linked = { $name } has no such account. Look at those that are linked to them.
api-no-conversation = You have no conversation of this number. Look at the list of yours: it may have been deleted.
api-audit-changed = The audit log is not what Pstral signed last: nothing that must be recorded is done. Ask an administrator to run “pstral audit verify”, then to restore a backup or to go on with “pstral audit accept --yes” (docs/security.md).
api-if-match = Say which version you have read: read it again, then decide.
api-changed = This was changed since you read it. Read it again, then decide.
api-no-approval = No statement that you may read is waiting under this name. Look at those that still are.
api-no-target = There is no database named { $name }. Choose one of those that are configured.
api-query-unknown = { $target } has no verified query “{ $id }”. Look at the list: it may have been removed.
api-no-verification = No verification has been started since Pstral started. Start one.
api-no-work = Nothing is under way under this number any more. Look at what still is.
api-still-running = Another statement of yours is still running. Wait for it to end, then try again.
api-not-agreed = A steward must approve this statement before it can run. Ask one of them, then try again.
api-question-too-long = A verified question has { $limit } characters at most. Ask a shorter question, then save that one.
api-token-exists = You have a token named { $name } already. Choose another name, or end that one first.
api-token-name = The name of a token has 1 to 80 characters, on one line, none of them invisible. Example: nightly export
api-too-slow = The request did not arrive within 10 seconds. Send it again.
api-wrong-current = The current password is wrong. Try again.
api-user-or-role = Give either a user or a role.
api-broken = Something failed on our side, and was logged. Try again; if this continues, contact your administrator.
api-oidc-off = Sign-in with the company's accounts is not set up here. Sign in with your password, or ask an administrator.
api-oidc-away = The company's sign-in service cannot be reached. Try again in a minute, or sign in with your password; if this continues, contact your administrator.
api-oidc-again = This sign-in was not begun in this browser, has expired, or was used already. Start again.
api-oidc-denied = The company's sign-in service did not sign you in ({ $code }). Start again; if this continues, contact your administrator.
api-oidc-untrusted = The answer of the company's sign-in service could not be verified. Start again; if this continues, contact your administrator.
api-oidc-nobody = Your company account has no access here. Ask an administrator of Pstral to add or enable you.
api-oidc-done = You are signed in. Continue to Pstral.
