# What Pstral says in a conversation.

## Buttons
button-execute = Execute
button-edit = Edit
button-explain = Explain
button-stop = Stop
button-chart = Chart

## Linking an account
linking-help =
    Hello! I do not know yet who you are here. Ask a Pstral administrator for a code, then send me in private: { $prefix }link YOUR-CODE
link-done = Done, { $name }: this account is now linked to yours. Ask me your first question!
link-wrong = This code is not valid: it may have expired or been used. Ask an administrator for a new one.
link-locked =
    { $minutes ->
        [one] Too many wrong codes. Try again in a minute, with a new code.
       *[other] Too many wrong codes. Try again in { $minutes } minutes, with a new code.
    }
link-already = This account is already linked to yours, { $name }. You can ask your questions.

## Questions
question-empty = Your message is empty. Write your question, for example: “List the clients in Paris”.
question-too-long = Your question is too long: { $limit } characters at most. Shorten it or ask it in parts.
question-not-text = Your message holds unreadable characters. Send plain text (UTF-8).
still-answering = I am still busy with your previous request. Wait for it to end, or stop it with { $prefix }stop.
no-target = No database is configured for this question. An administrator can add one in the [targets] section of the configuration.
target-removed = The database “{ $target }” is no longer configured. Ask your question again.
suggestions = Here are the nearest verified questions; I can answer them without a model:
suggestions-any = Here are some verified questions; I can answer them without a model:

## Answers
answer-cut = ✂️ The answer reached the model's longest length and ends here. Ask something more precise to get the rest.
answer-too-long = ✂️ The answer was growing too long, so I stopped it. Ask something more precise.
answer-empty = The model answered nothing. Rephrase your question and try again.
answer-stopped = ⏹ Stopped as you asked. Nothing was run.
answer-interrupted = ⏹ Pstral was interrupted during this answer. Ask your question again.
only-first-statement =
    { $others ->
        [one] The answer holds another statement; only the first is offered. Ask for the other in a message of its own.
       *[other] The answer holds { $others } other statements; only the first is offered. Ask for the others one by one.
    }
without-model = No model can be reached: I answer with a verified query.
meanwhile = Meanwhile, here is a verified query that answers your question.

## Proposals
reads =
    { $count ->
        [one] Reads the table { $tables } of the database { $target }.
       *[other] Reads the tables { $tables } of the database { $target }.
    }
quoted = “{ $words }”
origin-person = Statement edited by you.
origin-verified = ✅ Query verified by { $by } on { $on }.
statement-refused = 🛡️ This statement cannot be run.
statement-too-costly = The database expects it to cost more than is allowed here. Add a filter or a shorter period.
statement-cost-unknown = The database cannot say what it will cost, and costs are limited here. Put the question more simply.
statement-not-showable = It cannot be shown whole in one message, and you must see all of what runs. Ask something more precise.
parameter-missing = The statement needs a value for “{ $name }”. Replace :{ $name } by a value.
no-proposal = There is no statement to run here yet. Ask a question first.
proposal-unknown = This statement is gone. Ask your question again.
proposal-used = This statement has already been used: each one runs once. Ask the question again for fresh data.
proposal-expired = This statement has expired. Ask your question again to get a new one.
proposal-refused = The last statement was refused: there is nothing to run. Edit it, or put the question in other words.
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

## Agreements
agree-not-allowed = Only stewards can agree to costly statements. Please ask one of them.
agree-none = No statement waits for an agreement.
agree-how = These statements wait for an agreement. To read one whole, write { $prefix }agree and its name:
agree-asked = { $name } would like to run this on { $target }:
agree-confirm = To agree, write: { $prefix }agree { $name } yes
agree-done = Done: { $name } can now run the statement.
agree-too-late = This statement waits for nobody any more: it has expired, or somebody else has agreed to it.
agree-not-showable = This statement cannot be shown whole here, and you must see all of it to agree. Ask for a simpler one.
agree-unknown = No waiting statement has the name “{ $name }”. See { $prefix }agree.

## Results
result-in-private = 🔒 The result is for you alone: I send it to you in private.
running = ⏳ Running…
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
files-hold-all = The files hold everything.
files-failed = The files could not be written: tell an administrator, Pstral's log says why.
files-beyond-sheet = The result is too large for an XLSX spreadsheet: it comes without one.
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
explain-plan = What the database plans to do:
explain-no-plan = The database gives no estimate for this statement; you can run it all the same, within these limits.

## Commands
command-unknown = I do not know the command “{ $name }”. Type { $prefix }help to see those I know.
nothing-to-stop = There is nothing to stop: nothing is going on here.
mode-unknown = Choose a mode: { $prefix }mode sql for data, { $prefix }mode chat to talk.
mode-sql = Data mode: I offer a statement for each question.
mode-chat = Chat mode: I answer without looking at the data.
history = Your last conversations:
history-empty = You have no conversation yet. Ask your first question!
new-conversation = New conversation. I have forgotten what came before; go ahead.
whoami = You are { $name } ({ $username }, { $role }), through the account { $actor } on { $platform }.
role-member = member
role-steward = steward
role-admin = admin
help =
    Ask your question in English or French; I offer a statement, you decide whether to run it.
    { $prefix }execute: run the last statement offered
    { $prefix }edit: change it; { $prefix }explain: understand it
    { $prefix }chart: the chart of the last result, where it can be one
    { $prefix }stop: stop what is going on
    { $prefix }mode sql or { $prefix }mode chat: talk about the data or about something else
    { $prefix }new: new conversation; { $prefix }history: the earlier ones
    { $prefix }whoami: the account under which I know you
    { $prefix }agree: costly statements that wait, for stewards
    { $prefix }audit: the audit log, for administrators

## Audit
audit-not-allowed = The audit log is for administrators. Please ask one of them.
audit-empty = No event matches. Take a word away, or write { $prefix }audit alone.
audit-word-unknown = “{ $word }” is neither a number, an action, a status, a moment (7d, 2h, 2026-11-20), a database, a platform nor a user. Actions: { $actions }.
button-audit-older = Older
button-audit-newer = Newer
audit-page-gone = I no longer remember this search. Ask again with { $prefix }audit.
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
sent-in-private = I have answered you in private.
private-failed = I could not write to you in private. Open your private messages and try again.

## Failures
audit-unavailable = The audit log cannot be written: to be safe, nothing was run. Tell an administrator (disk space, state database).
result-not-recorded = The statement ran, but its result could not be recorded in the audit log: to be safe, it is not shown. Tell an administrator (disk space, state database).
incident = Something went wrong on my side. Try again; if it goes on, give the number { $id } to an administrator.
