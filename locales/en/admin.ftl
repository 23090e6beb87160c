# What the page of the admin endpoint says.

## On every page
page-skip = Skip to the content
page-sections = Sections
page-theme = Colours
page-theme-auto = As the system
page-theme-light = Light
page-theme-dark = Dark
page-zone = Time zone: { $zone }
page-sign-out = Sign out
page-to-start = Go to the start
page-crumbs = Where you are
page-pages-newer = Newer entries
page-pages-older = Older entries
page-turned =
    { $entries ->
        [one] { $entries } more entry is shown.
       *[other] { $entries } more entries are shown.
    }
page-any = Any
page-error-title = Error:
page-millis = { $millis } ms
page-seconds = { $seconds } s
page-done-approve = Approved. It answers questions from now on.
page-done-retire = Retired. It answers no more questions.
page-done-restore = Restored. It answers questions again.
page-done-proposed = Proposed. Approve it in the list below, and it will be used.
page-done-proposed-term = Proposed. A steward decides whether it is used.
page-done-closed = Closed. The question is off the list.
page-done-ended = Ended. It cannot be used any more.

## Problems
page-problem = Something went wrong
page-problem-forbidden = You may not open this
page-problem-missing = Nothing here
page-problem-changed = It has changed
page-problem-away = Not available right now
page-not-found = There is no page at this address. Check the link, or go to the start.
page-not-opened = This address takes forms only. Go to the start.

## Sign-in
page-sign-in = Sign in
page-sign-in-do = Sign in
page-username = Username
page-password = Password
page-no-password = No password yet? Ask an administrator to set one for you.
page-continue = Opening the page…
page-continue-do = Open it now

## Overview
page-overview = Overview
page-ready = Everything works.
page-ready-but =
    { $parts ->
        [one] Questions can be answered, but one part needs attention.
       *[other] Questions can be answered, but { $parts } parts need attention.
    }
page-not-ready = No question can be answered. Fix the parts below.
page-unrecorded = The audit log cannot be written, so nothing is asked or run. Run “pstral audit verify”: it says whether the log was changed, and docs/security.md what to do then.
page-activity = Last 24 hours
page-questions = Questions
page-executions = Executions
page-refusals = Refused statements
page-answer-time = Mean answer time
page-first-text-time = Mean time to first text
page-model-speed = Model speed, tokens/s
page-speed = { $tokens }
page-execution-time = Mean execution time
page-answers-failed = Failed answers
page-executions-failed = Failed executions
page-hours-ago = −{ $hours } h
page-most = max. { $most }
page-now = now
page-numbers = Show the numbers
page-numbers-caption = Hour by hour, in { $zone }
page-hour = Hour
page-parts = Parts
page-remedy = What to do:
page-slowest = Slowest statements
page-slowest-empty = No statement ran in the last 24 hours.
page-waiting-count =
    { $waiting ->
        [one] { $waiting } question is waiting for the model.
       *[other] { $waiting } questions are waiting for the model.
    }
page-waiting-show = Show the queue

## Audit
page-audit = Audit
page-audit-lead = Everything that was asked, refused and run. Reading it is recorded, too.
page-audit-caption = Entries of the audit, the newest first
page-quick = Often looked for
page-quick-all = Everything
page-quick-questions = Questions
page-quick-executions = Executions
page-quick-refusals = Refused statements
page-quick-failures = Failures
page-quick-logins = Sign-ins
page-filters = Filters
page-more-filters = More filters
page-filter-text = Words
page-filter-words = Words
page-filter-user = Username
page-filter-action = Action
page-filter-status = Status
page-filter-since = Since
page-filter-until = Until
page-filter-target = Database
page-filter-relation = Table
page-filter-platform = Platform
page-filter-limit = Entries on a page
page-audit-address = This address does not lead to a page of the audit. Choose the filters again.
page-filter-do = Filter
page-filter-none = Clear the filters
page-when = When
page-who = Who
page-what = What
page-about = About
page-nobody = Pstral itself
page-user-number = user { $number }
page-sealed = redacted
page-row-count =
    { $rows ->
        [1] one row
       *[other] { $rows } rows
    }
page-newest = Newest
page-newer = Newer
page-older = Older
page-audit-empty = No entry matches
page-audit-empty-next = Take a filter away, or choose a longer period.
page-audit-looked = Nothing was found in the entries that were searched so far. Older ones may match.

## An entry of the audit
page-entry = Entry { $seq } of { $instance }
page-sealed-why = This entry was redacted: what could identify a person was deleted. Its hash still proves the chain.
page-statement = Statement
page-detail = Detail
page-error = Error
page-parameters = Parameters
page-facts = Facts
page-user = User
page-actor = Account on the platform
page-ip = Address
page-place = Place
page-conversation = Conversation
page-proposal = Proposal
page-relations = Tables read
page-verdict = Verdict
page-rule = Rule
page-model = Model
page-cost = Estimated cost
page-rows = Rows
page-took = Duration
page-delivery = Delivered
page-covers = Entries concerned
page-statement-hash = SHA-256 of the statement
page-prompt-hash = SHA-256 of the prompt
page-chain = Chain
page-chain-note = Each entry holds the hash of the one before it. To verify whole chains, run “pstral audit verify”.
page-before = Entry { $seq }, before it
page-after = Entry { $seq }, after it
page-this = This entry
page-first = This is the first entry of its chain.
page-last = No entry follows yet.
page-pruned = The entry before it was pruned. Its hash:
page-hash-holds = The entry matches its hash.
page-hash-broken = The entry does not match its hash: it was changed after it was written.
page-link-holds = The link is intact.
page-link-broken = The link is broken: one of the two entries was changed after it was written.

## Verified queries
page-verified = Verified queries
page-verified-lead = Questions and business terms with a statement that a steward has approved.
page-verified-waiting =
    { $waiting ->
        [one] One proposal is waiting for a decision.
       *[other] { $waiting } proposals are waiting for a decision.
    }
page-verified-waiting-show = Show
page-verified-shown = { $shown } of { $total }
page-verified-empty = No verified query matches
page-verified-empty-next = Change the filters, or propose one in a chat: execute a statement, then choose Keep.
page-question = Question
page-state = State
page-source = Written
page-verified-by = Approved by
page-proposed = waiting
page-approved = approved
page-retired = retired
page-faulty = no longer valid
page-hidden = replaced by the file
page-hidden-why = The file of this database has one of the same name, which is used instead.
page-term = term
page-from-file = in the file
page-from-chat = in a chat
page-file-only = It is written in the file of its database. Edit the file to change it.
page-approve = Approve
page-retire = Retire
page-restore = Restore
page-retire-ask = Retire { $id }? It will answer no more questions. You can restore it later.
page-in-french = In French
page-in-english = In English
page-also = Other wordings
page-note = Note
page-version = Version
page-difference = What it changes of the one in the file

## Questions without a good answer
page-reviews = To review
page-reviews-lead = Questions that got no good answer, the most frequent first. Propose a verified query or a business term for them, then close them.
page-reviews-empty = Nothing to review
page-reviews-empty-next = Questions without a good answer will appear here.
page-why = Why
page-why-unanswered = no answer
page-why-edited = statement edited
page-why-bad = answer rated bad
page-times = Times
page-last-time = Last asked
page-close = Close
page-keep = Save as verified
page-keep-one = Save the statement as verified: { $question }
page-do = What to do
page-close-one = Close: { $question }

## Account
page-account = My account
page-full-name = Name
page-role = Role
page-may = Capabilities
page-may-nothing = None. Ask an administrator for a role.
page-sessions = Sessions
page-own-password = Your password
page-own-password-note = At least 12 characters. All your sessions and tokens end, this session too: you will sign in again.
page-current-password = Current password
page-password-again = New password, once more
page-password-differs = The two new passwords differ. Type them again.
page-done-own-password = Password changed. Sign in with the new one.
page-tokens = Tokens for scripts
page-tokens-empty = You have no token. Make one for a script below.
page-name = Name
page-unnamed = unnamed
page-everything = all of yours
page-used = Last used
page-until = Valid until
page-this-one = this session
page-end = End
page-end-one = End { $name }
page-end-ask = End { $name }? Whoever uses it is signed out at once.
page-new-token = New token
page-new-token-do = Make the token
page-days = Valid for how many days
page-token-may = What it may do
page-token-made = Your new token
page-token-once = Copy it now: it is shown only once.
page-token-use = Scripts send it with each request:
page-copy = Copy
page-copied = Copied

## Users
page-users = Users
page-users-lead = Who may ask, with which role, and from which accounts.
page-users-empty = No user matches
page-users-empty-next = Try other words, or add somebody below.
page-email = Email address
page-since = Since
page-language = Language
page-now-is = Saved: { $value }
page-timezone-none = Empty: the time zone of the company.
page-timezone-stays = You can name another one, but not leave it empty.
page-timezone = Time zone
page-disabled = disabled
page-new-user = Add a user
page-new-user-do = Add
page-user-change = Details
page-save = Save
page-links = Linked accounts
page-links-empty = No account is linked. Link one below.
page-unlink = Unlink
page-unlink-one = Unlink { $name }
page-unlink-ask = Unlink { $name }? This account can no longer ask questions here.
page-new-link = Link an account
page-link-code = Link code
page-link-code-lead = Make a code that the person sends to Pstral in a private message. Earlier codes are void.
page-link-code-do = Make a code
page-link-code-for = Code for { $name }
page-link-code-drawn = The same code as a QR code
page-link-code-use = The person sends this code to Pstral in a private message, from the account to link.
page-link-confirm = Code that Pstral gave the person
page-link-confirm-do = Confirm the code
page-access = Access
page-new-password = New password
page-new-password-note = Their sessions will end. Pass the password on by a safe channel.
page-new-password-do = Change the password
page-disable = Disable
page-disable-lead = A disabled user can neither sign in nor ask. You can enable them again.
page-disable-ask = Disable { $name }? Their sessions end at once.
page-enable = Enable
page-enable-lead = This user is disabled.
page-done-added = User added. Now link their account.
page-done-changed = Changes saved.
page-done-linked = Account linked.
page-done-unlinked = Account unlinked.
page-done-password = Password changed.
page-done-stopped = Stopped. The person is told.
page-done-approved = Approved. Whoever asked for it can run it.

## Queue
page-queue = Queue
page-queue-lead = What Pstral is doing now, and who is waiting.
page-work = Under way
page-work-empty = Nothing is under way.
page-in-private = in private
page-in-channel = in a channel
page-stop = Stop
page-stop-one = Stop the work for { $name }
page-stop-ask = Stop the work for { $name }? They will be told.
page-waiting = Waiting for the model
page-waiting-empty = Nobody is waiting.
page-endpoints = Model servers
page-rests = paused after failures
page-available = available
page-running = Answers being written: { $running }

## Approvals
page-approvals = Approvals
page-approvals-lead = Costly statements that wait for a second person. Read before you approve; nobody approves their own.
page-approvals-empty = No statement is waiting for approval
page-approvals-empty-next = Costly statements of others will appear here.
page-asked-by = asked by
page-approvals-own = This one is yours: somebody else must approve it.

## Databases
page-targets = Databases
page-reread = Read the schema again
page-done-reread = Schema read again. Every verified query still runs.
page-done-reread-faulty = Schema read again. Some verified queries no longer run: see “Verified queries”.
page-targets-lead = What is known of each database, and who may read what.
page-targets-platforms = Queried only from:
page-catalog-read = Schema read on
page-view = view
page-reads-all = reads everything
page-reads-some = reads, except
page-reads-nothing = reads nothing
page-columns =
    { $columns ->
        [one] { $columns } column
       *[other] { $columns } columns
    }
page-column = Column
page-type = Type
page-comment = Comment
page-tables-empty = No table matches
page-tables-empty-next = Try other words.
page-policy = Who may read what
page-policy-lead = Name a user or a role: each decision comes with the rule behind it.
page-policy-role = or role
page-policy-table = Table or column
page-policy-do = Explain
page-policy-found = Decisions for the role { $role }

## Configuration
page-api = The API
page-api-lead = Every operation, with what it takes and what it answers. Clients can be generated from
page-api-parameters = In the address or a header
page-api-required = required
page-api-capability = Requires the capability
page-api-body = JSON that it takes
page-api-answer = Answer
page-api-members = JSON of the answer
page-api-open = Open it
page-configuration = Configuration
page-configuration-lead = The configuration in force, without its secrets. Change it in its file, then restart Pstral.
page-configuration-general = General

## Verification of the audit
page-verification = Verification of the audit
page-verification-lead = Computes the hash of each entry again and checks each link. This may take a few minutes.
page-verification-do = Verify the whole audit
page-verification-running = Entries verified: { $checked } of { $total }
page-verification-started = Started on
page-verification-entry = Open entry { $seq } of { $instance }
page-heads = Newest entry of each chain
page-heads-note = Write them down elsewhere: “pstral audit verify --head” then proves that nothing was removed.
page-export = Download as { $format }

## Conversations
page-sign-in-company = Sign in with the company account
page-conversations = My conversations
page-conversations-lead = Your questions and their answers. Nobody else reads them here.
page-conversations-empty = No conversation
page-conversations-empty-next = Ask Pstral a question in your chat: it will appear here.
page-delete = Delete
page-delete-ask = Delete this conversation? This cannot be undone. The audit keeps what was executed.
page-done-deleted = Conversation deleted.

## Terms
page-new-term = Define a business term
page-new-term-lead = Where a word was misunderstood, say what it means here: a SELECT, or words that a steward turns into one.
page-new-term-name = Term
page-new-term-definition = What it means
page-new-term-do = Propose
