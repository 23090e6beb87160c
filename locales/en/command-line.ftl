# What the administrator's commands say.

## Configuration
config-not-found = there is no such file. Check the path given with --config (or PSTRAL_CONFIG).
config-folder = this is a folder. Give the file in it, such as --config pstral.toml.
config-not-text = it is not text in UTF-8. Give a TOML file; config/example.toml is a good start.
config-too-large = this is no configuration: it is longer than { $megabytes } MB. Give --config the path of a TOML file.
config-unreadable = the file cannot be read. Check the permissions of the file and of its folder. ({ $error })
config-syntax = line { $line }, column { $column }: this is not TOML. Correct this line. ({ $error })
config-environment = these variables of the environment do not go together. Check those whose names begin with PSTRAL__.
config-secret-form = this secret must be a text between quotes, such as "…".
config-secret-unreadable = the secret cannot be read from { $path }. Check the path and its permissions. ({ $error })
config-unknown-key = there is no such key. Remove it; config/default.toml describes every key.
config-unknown-key-near = there is no such key. Did you mean { $known }?
config-missing = this value is required. Add it; config/default.toml shows an example.
config-wrong-value = the value does not fit; config/default.toml shows an example. ({ $error })
config-not-one-of = “{ $given }” is not known here: use one of { $known }.
config-audit-head = head_platform and head_place go together: name both, or neither.
config-key-file = name a file, such as keys/audit.key, and no folder.
config-same-file = this is also the file of { $other }. Give each of them a file of its own.
config-head-file = name a file of its own, such as /mnt/archive/pstral-heads.
config-head-server = give an address that begins with https:// (on this machine also http://), without a user name or a query, such as { $example }.
config-witness-key = give the witness's key as “pstral audit witness-key” prints it there: NAME+ID+KEY.
config-witness-twice = this witness is named twice. Keep one of them.
config-witness-log-key = give the key of the log as “pstral audit key --vkey” prints it there: NAME+ID+KEY.
config-witness-log-twice = this log is named twice with this key. Keep one of them.
config-witness-name = a witness needs a name without spaces and “+”, such as pstral.example.org/witness.
config-witness-listen = a witness answers at this address: set it, such as "127.0.0.1:8081".
config-between = the value must be between { $low } and { $high }.
config-admin-tls = tls_cert and tls_key go together: name both files, or neither.
config-admin-open = this address can be reached from other machines, and passwords would pass unencrypted. Set tls_cert and tls_key, or name the proxy in trusted_proxies.
config-admin-public-url = give the address that people open, such as https://pstral.intern:8081, without a path; http only on this machine.
config-oidc-issuer = give the provider's address as it names itself, such as https://login.intern/realms/company; http only on this machine.
config-oidc-scopes = give words without spaces, such as ["openid", "profile", "email"].
config-store-url = the address must name a file, such as sqlite://pstral.db, or a database, such as postgres://pstral:password@db.intern/pstral.
config-instance = the name must have 1 to 64 characters, such as “pstral-1”.
config-answer-tokens = the answer must be shorter than the window: choose less than context_tokens.
config-model-url = the address must begin with http:// or https://, such as http://127.0.0.1:11434.
config-model-url-malformed = the address cannot be used. Write one such as http://127.0.0.1:11434. ({ $error })
config-model-url-credentials = the address holds a user name or a password, which would end up in the log: use api_key.
config-log-level = the level must be off, error, warn, info, debug or trace, or a filter such as info,pstral_store=debug.
config-default-target = this database is not described in [targets]. Known databases: { $known }.
config-default-target-none = no database is described: add a section [targets.<name>], or remove this key.
config-default-needed = there are several databases: say which one answers questions that name none.
config-target-name = the name of a database holds only lower-case letters, digits, “-” and “_”.
config-formats = name at least one: "csv", "xlsx" or "jsonl".
config-postgres-url-unreadable = the address cannot be read. Write one such as postgres://pstral:password@db.intern:5432/crm, special characters of the password as %XX (@ is %40).
config-postgres-url-scheme = the address must begin with postgres://, such as postgres://pstral@db.intern/crm.
config-postgres-url-host = the address names no server: write it after the @, such as postgres://pstral@db.intern/crm.
config-postgres-url-user = the address names no account: write it before the @, such as postgres://pstral@db.intern/crm.
config-postgres-url-database = the address names no database: write it at the end, such as postgres://pstral@db.intern/crm.
config-postgres-url-sslmode = sslmode must be disable, prefer, require, verify-ca or verify-full, such as ?sslmode=verify-full.
config-postgres-url-parameter = the address may not set “{ $name }”, only sslmode, sslrootcert and host. Remove it.
config-postgres-url-environment = the environment variable PGOPTIONS would change every session. Unset it where Pstral is started.
config-kind-left-out = this program was built without { $kind }. Build it with --features { $kind }, or remove this target.
config-target-section = a target is a section of its own: write [targets.NAME] above its keys.
config-not-of-kind = a database of kind { $kind } has no such key. Remove it.
config-cost = the cost must be 0 or more, in the database's own unit, such as 100000; 0 means no limit.
config-no-cost = SQLite does not say what a statement will cost. Remove this key; [targets.<name>.limits] limits time and rows.
config-no-accounts = SQLite knows no accounts: write identity = "shared", or remove this key.
config-driver-left-out = this program was built without that driver. Build it with --features oracle-thin, or remove this key.
config-driver-own = this driver cannot enter other accounts: write identity = "shared", or remove driver and install the Instant Client.
config-driver-folder = this driver needs no client library: remove this key.
config-accounts-missing = with identity = "own", say which account each person has, a line each under [targets.<name>.accounts]: "camille.durand" = "CAMILLE".
config-accounts-unused = accounts are used only with identity = "own". Write that too, or remove this key.
config-table-or-column = “{ $given }” is not of the form table, table.column or schema.table.column.
config-file = the file { $path } cannot be used. Correct it, or remove this key. { $error }
config-faults =
    { $faults ->
        [one] The configuration has one error. Correct it and try again.
       *[other] The configuration has { $faults } errors. Correct them and try again.
    }
config-fine =
    { $targets ->
        [0] The configuration is fine. It describes no database yet: add a section [targets.<name>].
        [one] The configuration is fine; it describes one database.
       *[other] The configuration is fine; it describes { $targets } databases.
    }

## All commands
command-failed = Failed: { $error }
command-failed-part = Failed: { $part }: { $error }
command-failed-state = Failed: state database: { $error }
command-failed-look = Failed: { $error }. If that does not say enough, run pstral doctor: it checks every part and says how to fix it.
output-lost = Not all of the result could be printed. Free some room or send the output elsewhere, then run it again. ({ $error })
demo-is-used = Without --config, I look at the demo's installation, in { $folder }.

## Demo
demo-welcome =
    Pstral demo: a sample company, invented. Its data is in
    { $folder }
demo-own-config = The demo has a configuration of its own: the one of --config is not read.
demo-folder = The data folder { $folder } cannot be prepared. Give another one with --data FOLDER. ({ $error })
demo-model = Model: { $fact }
demo-no-model =
    No model found: I answer { $count } verified questions; /verified lists them.
    With a model I answer any. Install Ollama (ollama.com), then type:
    { $command }
demo-model-fails =
    Model: { $fact }.
    Until then I answer { $count } verified questions; /verified lists them.
    { $remedy }
demo-try =
    Try “List the clients in Paris”, then /execute.
    /help lists the commands; Ctrl-D leaves.
demo-language =
    Language: English. Français : écrivez en français, ou tapez /langue fr ;
    au prochain démarrage, --locale fr.
terminal-idle = Nothing is going on. To leave: Ctrl-C again, Ctrl-D or quit.
terminal-ending = I end after this answer. To stop it now: Ctrl-C.
tour-french = A question in French, and its table
tour-english = A question in English, and its table
tour-refused = A refused statement: this table holds access tokens
tour-unknown = A question the data does not answer
tour-audit = The audit log, as an administrator sees it
tour-verify = The audit log is verified

## Running
command-left-out = This program was built for the demo, without “pstral { $command }”. Build all of it with: cargo build --release
run-needs-config = Give a configuration: pstral run --config FILE. config/example.toml is a good start; to try without configuring anything: pstral demo.

## Doctor
state-ok = ok
state-degraded = degraded
state-failed = failed
none-configured = none is configured
no-answer = no answer within { $seconds } s
found-away = out of reach: { $detail }
found-busy = busy: { $detail }
found-full = no room left on its disk
found-held = held by another program
found-moved = its file { $path } was moved, deleted or replaced while the program was running
found-state-open = others on this machine can reach { $path } (mode { $mode }): it holds what people asked
found-forbidden = the server refuses Pstral
found-model-missing = the server answers, but model { $model } is not installed
found-fault = failing: { $detail }
found-client-missing = the database's client library is missing: { $detail }
found-privileged = the account may do more than read: { $detail }
found-running = another program already answers from { $path }
found-instance-running = another program already answers under the name “{ $instance }”
found-data-folder = { $path } can be written
found-data-unwritable = { $path } cannot be written: { $error }
found-no-state = there is no state database { $path }
found-audit-key-gone = the audit was signed, and the key { $path } is gone
found-heads-unavailable = the signed heads beside the audit key cannot be used: { $detail }
found-witness =
    { $records ->
        [0] no head has been cosigned yet
        [1] heads of one log were cosigned
       *[other] heads of { $records } logs were cosigned
    }
found-witness-key-gone = heads were cosigned with the key { $path }, and it is gone
head-none-due = no head was due yet
head-delivered = entry { $seq } was delivered
head-other-history = the audit or its witness was changed: { $detail }
head-none = no head was signed yet: not tried
head-pruned = the witness signed entry { $seq } last, and entries after it were pruned
found-key-open = others on this machine can reach { $path } (mode { $mode }): whoever has this key can sign as this installation
found-not-a-key = { $path } does not hold a key of Pstral
found-no-file = { $path } is not a regular file
found-audit-changed = the audit is not what was signed last: { $what }
signed-end-tree = the tree of the entries of { $instance } is not the one that was signed
signed-end-none = { $instance } has no entry, though entry { $seq } was signed
signed-end-only-signature = { $instance } has a signature and no entry
signed-end-signature-gone = the signature of entry { $seq } of { $instance } is gone
signed-end-unsigned = the entries of { $instance } are not signed
signed-end-signature = the signature of the last entry of { $instance } does not match
signed-end-other-key = { $instance } is signed with another key ({ $key }); instances that share a state need the same key file
signed-end-other = the last entry of { $instance }, { $seq }, is not the one signed last ({ $signed }), or its hash differs
signed-end-lost = entry { $seq } of { $instance } was signed and is no longer there; the last one is entry { $last }
kept-head-unreadable = the file { $path }, beside the audit key, does not hold a signed head
kept-head-not-ours = the head in { $path }, beside the audit key, is not signed with this installation's key
head-file-busy = { $path }: an earlier write has not ended
head-file-other = { $path } holds something other than audit heads
head-file-no-folder = { $path } cannot be made: its folder does not exist
head-file-lost = { $path } was deleted or shortened since the last head; the newest one is in it again
head-server-answer = { $url } sent an answer of more than { $bytes } bytes
head-no-entry = the log has no entry { $seq }
head-seen-others = the witness has seen other entries up to { $seq }
head-seen-later = the witness has seen the later entry { $seq }
witness-status = the witness answers { $status }
witness-unknown-key = the witness answers { $status }; give it the key { $key }
witness-no-size = the witness refuses the head and does not say which one it signed last
witness-other-head = the witness got another head meanwhile
witness-unsigned = the answer of the witness is not signed with its key
witness-time = the witness signed with the time { $at }, more than a day from now: the clock of this machine or of the witness is wrong
witness-contradicts = the witness contradicts itself: it has signed no head of this log, and refuses the first one
time-stamp-status = the time stamp server answers { $status }
time-stamp-unreadable = the time stamp server sent something that is not a time stamp: { $error }
time-stamp-refused = the time stamp server refuses (status { $status })
time-stamp-other-content = the time stamp server sends something else ({ $kind })
time-stamp-other-imprint = the time stamp is of something else
time-stamp-other-nonce = the time stamp answers another request
healthcheck-fine = Pstral answers.
healthcheck-failed = Pstral does not answer at { $address } ({ $error }). Check that pstral run is running with this configuration.

remedy-data = Give another folder with --data FOLDER or the key data, or check its permissions.
remedy-state = Check the address [store] url, the permissions of the folder and the disk space.
remedy-instance-running = Stop the other pstral run, or give this one a name of its own: [store] instance.
remedy-running = Stop the other pstral run or pstral demo, or give this one a folder of its own with --data FOLDER.
remedy-data-folder = Give the account that runs Pstral the right to write there, free space on its disk, or name another folder (data, --data).
remedy-no-state = pstral run, or pstral user add NAME, makes it. If there should be one, check --config and --data.
remedy-state-full = Make room on the disk of the state database, then try again.
remedy-state-busy = Stop the other program that holds the state database, such as a backup or an SQL shell, then try again.
remedy-audit-changed = Run “pstral audit verify”, and find out who wrote to the state database. Then restore a backup, or go on with “pstral audit accept --yes”, which records it.
remedy-audit-key = Check that the file of [audit] key can be read and its folder written, and that it is a key of Pstral.
remedy-audit-key-gone = Put the file back, with the folder of its heads. If it is lost, “pstral audit accept --yes” makes a new key and records it.
remedy-witness-key-gone = Put the file back. If it is lost, move the “.logs” folder beside it away and start again: “pstral audit witness-key” then prints a new key for the other installations.
remedy-witness-records = Restore the file from a backup, or free space on its disk: “Witnesses” in docs/operations.md.
remedy-witness-key = Check that the file of [witness] key can be read and its folder written, and that it is a key of Pstral.
remedy-head-undelivered = Check this destination in [audit] and that it can be reached. The next head is sent by itself; “pstral doctor” tries at once.
remedy-other-history = Run “pstral audit verify” with a head kept elsewhere. If the log is intact, ask whoever runs the witness what it keeps, and see “Witnesses” in docs/operations.md.
remedy-head-none = Start “pstral run”: its first audit entry is signed, and sent by itself. Then run “pstral doctor” again.
remedy-head-pruned = Ask whoever runs the witness to have it forget this log: see “Witnesses” in docs/operations.md. The next head is then sent by itself.
remedy-state-restore = Put the backup of the state database in its place, or check that [store] url names the right file.
remedy-state-newer = Install the version of Pstral that last used this state database, or a newer one.
remedy-state-moved = Put the state database back in its place, or restore a backup, then start pstral run again. Stop it before you move or replace this file.
remedy-state-open = Close it to others: chmod 600 { $path }*
remedy-heads-unavailable = Give the account that runs Pstral the right to read and write the folder of [audit] key and the heads beside it, free space on its disk, and see that nothing else stands in their place. Nothing is recorded until then.
remedy-kept-head = Check that [audit] key names the right key. Keep a copy of this file; then put it back from a backup or, if it is not of this installation, move it out of its folder. “pstral audit accept --yes” rewrites the folder and records this in the audit.
remedy-heads-lost = Find out who changed this file, and compare a copy of it, if there is one: pstral audit verify --head COPY.
remedy-key-open = Close it to others: chmod 600 { $path }
remedy-verified = Correct this file, or remove [targets.{ $target }] verified. demo/verified.toml shows the form.
remedy-prompts = Check the folder [answers] prompts and the permissions of its files.
remedy-listen-admin = Stop the other program that uses this address, or change [admin] listen.
remedy-admin-tls = Check the files in [admin] tls_cert and tls_key: a certificate and its key, in PEM.
found-oidc = { $issuer } answers.
found-oidc-away = { $issuer } cannot be used: { $error }
remedy-oidc = Check issuer in [admin.oidc], and that this server can reach it. Until then, people sign in with a password.
remedy-listen = Stop the other program that uses this address, or change [http] listen.
remedy-model-away = Start Ollama (ollama serve) and check its address in [model]. Without a model, only verified queries answer.
remedy-model-missing = Run: { $command }
remedy-model-forbidden = Check the hosts that server allows (OLLAMA_HOST, OLLAMA_ORIGINS) and the key api_key in [model].
remedy-model = Check that the address in [model] is that of Ollama, and read the log of Ollama.
remedy-client-missing = Install the Oracle Instant Client on this machine and, if it is not found by itself, name its folder: [targets.{ $target }] client_folder = "…". docs/oracle.md says how.
remedy-privileged = Give [targets.{ $target }] an account that can only read. If this one must be used all the same, write allow_privileged = true there.
remedy-target-file = Check [targets.{ $target }] path: the file must exist, be a SQLite database and be readable by Pstral.
remedy-target-server = Check the address, the account and the password in [targets.{ $target }], and that the database's server runs and can be reached from here.
remedy-excess = Take these rights away from the account of [targets.{ $target }]: reading needs none of them.
remedy-excess-lock = Take away what permits locks, such as UPDATE: readers must never hold up those who write.
remedy-excess-lock-oracle = Grant READ instead of SELECT, which permits locks: readers must never hold up those who write.
remedy-excess-execute = Take the right to run them away from the account of [targets.{ $target }] and from everybody (PUBLIC). Pstral refuses them all the same.
remedy-excess-outside = Take them away from everybody (PUBLIC) as well: through them data can leave the database's machine. Pstral refuses them all the same.
remedy-excess-unbounded = As a superuser, run: ALTER ROLE <account of [targets.{ $target }]> SET temp_file_limit = '2GB'.
remedy-file-busy = Wait and try again, or stop the other program that holds the file of [targets.{ $target }] path.
remedy-target-busy = Wait and try again. If this continues, find out what else uses the database of [targets.{ $target }].
policy-unmatched = no table or column that the account can read: { $entries }
remedy-policy = Check the spelling in [targets.{ $target }] deny, allow and private_tables. What the account may not read needs no entry.
remedy-platform = Check the [platforms] section and the network.
remedy-platform-ended = Check the [platforms] section with pstral doctor and, for the terminal, what standard input is connected to; then start again.
remedy-no-platform = Turn on a way to write to Pstral, such as [platforms.terminal] enabled = true.
remedy-no-answer = Check that the server runs and is not overloaded.
doctor-look = The lines with “→” say what to do.

## Statements
sql-input-bad = Cannot read { $error }. Check the path, the permissions and the form of the file.
sql-line-bad = this line is not of the expected form id, dialect, sql: { $error }. Correct it and try again.

## Verified queries
verified-form = it is not of the form of a verified query. ({ $error })
verified-not-a-list = { $name } is not a list: write [[{ $name }]] before each entry
verified-unknown-key = { $name } is unknown here: each entry starts with [[query]] or [[term]]
verified-term-name = “{ $name }” stands in nearly every question: give the term a name of its own
verified-duplicate-term = the name “{ $name }” is taken by an earlier term: each name means one thing
verified-misplaced = { $name } does not belong here: only questions have parameters, and only terms a note. Remove it
verified-duplicate-id = this id is taken by an earlier entry: give each its own
verified-name = “{ $name }” is not a name: use lower-case letters and digits, with - in an id and _ in a parameter
verified-empty = { $name } is empty
verified-date = verified_on = “{ $given }” is not a date: write it as 2026-01-31
verified-undeclared = the statement uses :{ $name }, which is not among the parameters: declare it, or write a value in its place
verified-unused = the parameter { $name } is not used: write :{ $name } in the statement or remove it
verified-duplicate-parameter = the parameter { $name } is declared twice: keep one of them
verified-unknown-slot = the question { $language } has { $slot }, which is not among the parameters: declare it, or take it out of the question
verified-missing-slot = the question { $language } lacks { $slot }: say where its value stands, or give it a default
verified-no-column = the text parameter { $name } has no column: name the table.column that supplies its values
verified-default = the default of { $name } does not fit its kind: give it one of that kind

## Audit
state-missing = There is no state database { $path }: nothing to read. Check --config and --data.
audit-holds =
    { $entries ->
        [0] The log is empty: there is nothing to verify.
        [1] The log is intact: one event verified. Write the head of its chain down elsewhere:
       *[other] The log is intact: { $entries } events verified. Write the heads of its chains down elsewhere:
    }
audit-holds-from =
    { $entries ->
        [0] The head is there as it was written down; nothing was recorded since. What lies before was not verified.
        [1] One event verified after the heads that were given; what lies before was not.
       *[other] { $entries } events verified after the heads that were given; what lies before was not.
    }
audit-key-missing = The log cannot be verified here: { $what }. Copy the file audit.key of the installation it comes from, then try again.
audit-broken = The log was tampered with: { $what }. Keep a copy of the state database and tell the security officer.
audit-unreadable = The log was tampered with: an entry can no longer be read. Keep a copy of the state database and tell the security officer. ({ $error })
audit-heads-behind = The audit of { $instance } ends with entry { $seq }, and the newest head beside the key is of entry { $kept }, so it cannot reveal changes made since. If Pstral is not writing now, check that it can write to { $folder }.
audit-heads-none = The audit of { $instance } ends with entry { $seq }, and no head is kept beside the key, so nothing there can reveal an earlier copy that was put back. If you did not move { $folder } away, find out who did.
audit-heads-unreadable = The log could not be verified: { $error }. Check that the audit key and the files beside it can be read, then try again.
audit-no-table = its table audit_events is gone, or something else stands in its place
audit-emptied = it holds no entry, though there are users or conversations
chain-changed = entry { $seq } of { $instance } was changed
chain-broken = entry { $seq } of { $instance } does not follow the one before it: entries are missing, swapped or added
audit-head = Head of the audit chain, to be kept: { $head }
chain-sealed = entry { $seq } of { $instance } was emptied or removed, and no later entry says why
chain-checkpoint = the checkpoint at entry { $seq } of { $instance } was forged: its signature does not hold
chain-other-key = what vouches for { $instance } at entry { $seq } is signed with another key ({ $key }); if it is yours, give it with --key
chain-truncated = entry { $seq } of { $instance } is not the one that was signed or written down: entries are missing or were replaced
chain-unsigned = nothing vouches for { $instance } from entry { $seq } on: those entries are not signed
chain-signature = the signature at entry { $seq } of { $instance } does not match
audit-unsigned =
    { $entries ->
        [1] The log is intact but not signed: nothing vouches for its entry yet. If an older version wrote it, the next start signs it as it is.
       *[other] The log is intact but not signed: nothing vouches for its { $entries } entries yet. If an older version wrote it, the next start signs it as it is.
    }
audit-unsigned-here =
    { $entries ->
        [1] The log is intact but not signed, though this installation has signed heads: nothing vouches for its entry.
       *[other] The log is intact but not signed, though this installation has signed heads: nothing vouches for its { $entries } entries.
    }
audit-accepted-before = Accepted on { $at }, as entry { $seq } of { $instance } records: { $what }
audit-accept-nothing = The log is what was signed last: there is nothing to accept.
audit-accept-how = Find out who wrote to the state database. To let the log go on as it is, with a record of this, run the command again with --yes.
audit-accept-cut = Not every head beside the audit key can be read, so nothing shows whether entries were cut off the end of the log. If you keep heads elsewhere, compare the end with them before you accept it.
audit-accept-unreadable = An entry that cannot be read cannot be accepted; nothing was changed. Restore a backup that was made before: pstral restore FILE --force.
audit-accepted = Recorded and signed.
audit-accept-stays = “pstral audit verify” will keep naming this entry: accepting signs the log as it is, and restores no entry. To verify what is recorded from now on: pstral audit verify { $heads }
audit-restored-before = Restored on { $at }, as entry { $seq } of { $instance } records: { $what }
restore-unproven = The restored log is not vouched for, so nothing is recorded in it yet. Check where the file comes from; to go on with it, run “pstral audit accept --yes”.
restore-recorded = The restoration is recorded, and the next entries will follow it, but “pstral audit verify” will keep naming this entry. Find out who changed the backup, and restore another one with --force.
restore-changed = Nothing was restored from { $path }, and nothing was changed. Use another backup, or restore this one into an empty state to look at it.
restore-not-saved = The state to be replaced could not be saved, so nothing was replaced. Move { $path } away, or choose an empty database, then try again.
restore-replaced =
    { $rows ->
        [1] The state that is replaced is kept in { $path }: one row. Remove it once you are sure.
       *[other] The state that is replaced is kept in { $path }: { $rows } rows. Remove it once you are sure.
    }
audit-no-head = The log of { $instance } has no signed head. Check the name of the instance, or start this version of Pstral once.
audit-not-a-head = { $path } does not hold a signed head. Use a file that “pstral audit head” wrote, or the one of [audit] head_file.
audit-file-irregular = { $path } is not a regular file. Give a file that holds signed heads.
audit-file-unread = { $path } could not be read: { $error }. Check the path and its permissions.
audit-file-not-text = { $path } is not a text file: line { $line } is not UTF-8. Use a whole copy of it.
audit-heads-compared =
    { $heads ->
        [1] One head of { $path } was compared.
       *[other] { $heads } heads of { $path } were compared.
    }
audit-heads-damaged =
    { $places ->
        [1] { $path }, line { $lines }: this is not a whole signed head, so nothing was compared with it. Find out who changed this file, and compare a copy of it.
       *[other] { $path }, lines { $lines }: these are not whole signed heads, so nothing was compared with them. Find out who changed this file, and compare a copy of it.
    }
audit-no-entry = The log of { $instance } has no entry { $seq }. Check the number and --instance.
audit-heads-order = The first head is newer than the second. Swap them.
audit-proof-pruned = This proof needs entries that were pruned. Choose a later entry or head.
audit-proof-entry = Entry { $seq } of { $instance } is in the log: { $hash }
audit-proof-grown = The log of { $instance } went on from entry { $from } to { $to } without a change.
audit-proof-unreadable = This is not a proof of Pstral's: { $why }. Use one that “pstral audit prove” or “consistency” wrote.
proof-not-json = it is not JSON from line { $line } on
proof-repeated = a member is there twice (line { $line }, column { $column })
proof-members = a member is missing, or is not one of a proof
proof-head = a head in it is not a signed head
proof-hash = a hash in its path is not 64 hexadecimal digits
audit-proof-signature = The signature of the head in the proof does not match. Ask for the proof again.
audit-proof-other-key = The head of the proof is signed with another key ({ $key }). If it is yours, give it with --key.
audit-proof-entry-changed = The entry in the proof was changed.
audit-proof-other-instance = The parts of the proof are of different instances.
audit-proof-path = The proof does not lead to the signed root: the entry or a head was changed.
audit-exported =
    { $entries ->
        [0] No event exported.
        [1] One event exported.
       *[other] { $entries } events exported.
    }

## Catalogs
catalog-read = { $target } · read { $time } · { $hash }
catalog-table = table
catalog-view = view
catalog-rows =
    { $rows ->
        [0] no row
        [1] about one row
       *[other] about { $rows } rows
    }
catalog-distinct =
    { $values ->
        [0] no value
        [1] one value
       *[other] { $values } values
    }
catalog-beside = Tables and views: { $tables }. Synonyms: { $synonyms }. Names that run code, and are refused: { $callables }.
catalog-first = { $target }: read for the first time; tables and views: { $tables }.
catalog-changed = { $target }: it has changed; tables and views: { $tables }.
catalog-unchanged = { $target }: unchanged; tables and views: { $tables }.
catalog-none = The catalog of { $target } has not been read yet. Read it with: pstral catalog refresh { $target }
catalog-no-target = There is no database “{ $name }” in the configuration. Known databases: { $known }
catalog-no-tables = { $target } holds no table that its account may read, so not “{ $name }” either. Grant it some, then: pstral catalog refresh { $target }
catalog-no-table = { $target } holds no table “{ $name }”. Did you mean { $near }? If it is new: pstral catalog refresh { $target }

## Accounts
account-reads = { $account } can read, and nothing more
excess-superuser = { $account } is above the database's checks: { $what }
excess-owner = { $account } owns what it reads: { $what }
excess-administer = { $account } can give itself rights: { $what }
excess-write = { $account } can write: { $what }
excess-read-all = { $account } can read more than it was granted by name: { $what }
excess-lock = { $account } can lock: { $what }
excess-execute = { $account } can run stored code: { $what }
excess-outside = { $account } can reach the network or the server's files: { $what }
excess-unbounded = { $account } may fill the disk with temporary files: { $what }

## Health
health-model = { $server } answered in { $millis } ms; model { $model } is installed{ $sized ->
    [yes] {" "}({ $size })
   *[no] {""}
}; context: { $context ->
    [one] { $context } token
   *[other] { $context } tokens
}{ $reach ->
    [all] , all that the model can read
    [part] {" "}of the { $own } that the model can read
   *[unknown] {""}
}
health-target =
    { $engine }, { $tables ->
        [one] { $tables } table
       *[other] { $tables } tables
    }{ $views ->
        [0] { "" }
        [one] { "" } and one view
       *[other] { "" } and { $views } views
    }, read in { $millis } ms, read-only
health-state =
    { $engine }, { $users ->
        [one] { $users } user
       *[other] { $users } users
    }, { $events ->
        [one] { $events } audit event
       *[other] { $events } audit events
    }, { $millis } ms to write
health-terminal = a terminal of { $columns } by { $rows }
health-piped = piped input and output

## Retention and personal data
prune-class = { $class } · before { $before }
prune-conversations = conversations
prune-proposals = statements offered
prune-codes = expired codes
prune-audit = audit
prune-audit-texts = words in the audit
prune-nothing = Nothing is due for deletion.
prune-dry = Nothing was removed. To remove it: pstral prune --yes
prune-done = All of this was removed.
prune-for-ever = Without [retention] in the configuration, everything else is kept for ever.
prune-unproven = Nothing was removed from the audit: it must be intact first.
held-conversations = conversations: { $rows }
held-turns = messages: { $rows }
held-proposals = statements offered: { $rows }
held-links = linked accounts: { $rows }
held-codes = linking codes: { $rows }
held-requests = requests to be linked: { $rows }
held-buttons = messages with buttons of statements: { $rows }
held-ratings = ratings of answers: { $rows }
held-queries = queries proposed for verification: { $rows }
held-wrong-codes = wrong codes: { $rows }
held-entries = audit entries: { $rows }
person-exported = All that is held on this person is in { $path }, readable by you alone.
erase-entries = audit entries to be redacted: { $entries }
erase-fixed = audit entries of an older version, whose words go only with [retention] audit_days: { $entries }
erase-dry = Nothing was removed. This cannot be undone; to forget { $name }: pstral user erase { $name } --yes
erase-done = { $name } is forgotten; what was done stays in the audit as done by { $left }.
erase-late = Something was still being written, such as an answer under way. In a moment: pstral user erase { $left } --yes
erase-unsettled = The state database is being read: what was removed leaves its write-ahead log a little later, at the latest when Pstral stops.
erase-last = Nothing was removed: { $name } is the last user who can manage users. Give another user that role first: pstral user edit NAME --role admin

## Verified queries in the store
query-proposed = waits for approval
query-of-file = verified in the file
query-of-chat = verified
query-retired = retired
query-hidden = hidden by an entry of the file
query-fallen = no longer valid
query-unknown = { $target } has no verified query “{ $id }”. See pstral verified list { $target }
query-which-version = Say which version you have read: { $name }
query-none-to-export = { $target } has no query that was approved in a chat: there is nothing to export.
query-holding =
    { $queries ->
        [0] { $target }: no verified query is in use.
        [1] { $target }: one verified query is valid.
       *[other] { $target }: { $queries } verified queries are valid.
    }
queries-fallen = no longer valid and not offered: { $queries }
queries-hidden = hidden by entries of the file with the same name: { $queries }
remedy-queries-fallen = Run pstral verified check { $target } to read why; correct them in the file or, in a chat, with /verified.
remedy-queries-hidden = Retire those written in chats, or give the entries of the file other names.

## The state as a whole
state-up-to-date = The state database is up to date (migration { $to }).
state-migrated = The state database was brought up to date: from migration { $from } to { $to }.
file-exists = { $path } is there already, and nothing is replaced. Choose another name.
backup-done =
    { $rows ->
        [one] { $path }: one row. Keep it where only administrators can read it: it holds what people asked.
       *[other] { $path }: { $rows } rows. Keep it where only administrators can read it: it holds what people asked.
    }
backup-failed = No backup was made at { $path }. { $why }
restore-done =
    { $rows ->
        [one] Restored from { $path }, as it was on { $at }: one row.
       *[other] Restored from { $path }, as it was on { $at }: { $rows } rows.
    }
restore-failed = Nothing was restored from { $path }, and nothing was changed. { $why }
copy-same = Both addresses are the same. Name the database to copy into.
copy-address = This address cannot be used
copy-done =
    { $rows ->
        [one] Copied from { $from } to { $to }: one row. To use it, set [store] url to the new address.
       *[other] Copied from { $from } to { $to }: { $rows } rows. To use it, set [store] url to the new address.
    }
copy-failed = Nothing was copied to { $path }, and nothing was changed there. { $why }
copy-unproven = Nothing was copied from { $from } to { $to }: the copy would be signed with this installation's key. Verify the source with “pstral audit verify” where it belongs, then try again.
transfer-not-empty = There is a state there already. Choose an empty database, or add --force to replace it: what it holds is then lost.
transfer-in-use = A program of Pstral works on it. Stop every pstral run on this database, then try again.
transfer-older = An older version of Pstral made it (migration { $migration }). Bring it up to date first with pstral migrate, its address in store.url, then try again.
transfer-newer = A newer version of Pstral made it. Install that version, or a newer one, then try again.
transfer-not-ours = This is not a whole and unchanged backup: { $error }. Take another copy of it.
transfer-store = The database did not take it: { $error }. Check its address, its disk and its account.
transfer-stream = The file could not be read or written: { $error }. Check the path, the permissions and the disk.

## Roles, places and policy
config-role-name = this cannot be a role: use lower-case letters, digits and -, a letter first, 32 at most.
config-role-capabilities = say what the role may do, such as capabilities = ["ask", "execute"]. Only member, steward and admin need not.
config-role-unknown = “{ $given }” is not a role here: use one of { $known }, or describe it under [roles.{ $given }].
config-place-twice = this place is described twice. Put all that is said of it together.
config-place-id = this value is required: the id of the place on its platform.
config-matrix-room = “{ $given }” is not the id of a room: write what its settings show under “Internal room ID”, such as "!abc:example.org".
config-platform-off = { $name } is not turned on. Set platforms.{ $name }.enabled = true, or remove this entry.
config-target-nowhere = the target would answer nowhere. Name at least one platform, or remove this key.
config-timezone = “{ $given }” is not a time zone. Write one such as "Europe/Paris" or "UTC".
config-place-nobody = nobody would be welcome. Name at least one role, or remove this key.
found-users-roleless = These users have a role that is not in the configuration: { $users }.
remedy-users-roleless = They cannot do anything. Define the role under [roles.<name>], or give them another one.
policy-asking = Ask
policy-executing = Execute
policy-reading = Read
policy-delivery = Result
policy-yes = yes
policy-no = no
policy-here = where it was asked
policy-private = in private
policy-line = { $what }: { $verdict } · { $why }
policy-no-catalog = The catalog of this database has not been read yet, and it does not answer: tables cannot be looked up. Run pstral catalog refresh.
policy-place-bad = “{ $place }” names no place: write its platform and its id, such as discord:1234.
policy-who = Say who: --user USERNAME or --role ROLE.
policy-file-bad = The table cannot be used. Correct it: docs/roles.md shows one. ({ $error })
policy-differs = line { $line }: { $row }: expected { $expected }, but it is { $found }
policy-fine =
    { $rows ->
        [0] The table holds no row.
        [1] The decision of the table is as expected.
       *[other] All { $rows } decisions are as expected.
    }
policy-not-fine =
    { $differing ->
        [1] One decision differs, of { $rows }.
       *[other] { $differing } decisions differ, of { $rows }.
    }
why-held = the role may
why-not-held = the role may not
why-disabled = the user is disabled
why-role-unknown = there is no such role
why-not-welcome = the role is not welcome in this place
why-welcome = the role is welcome in this place
why-not-on-platform = the database does not answer on this platform
why-target-unknown = there is no such database
why-table-unknown = the database has no such table or column
why-denied = it is denied
why-not-listed = it is not in the list of what may be read
why-listed = it is allowed, and nothing denies it
why-open = no rule forbids it
why-alone = only one person reads there
why-everybody = everybody welcome there may see all of it
why-place-private = results of this place are private
why-target-private = results of this database are private
why-own-accounts = results come from each person's own account
why-table-private = results of this table are private
why-audience = somebody welcome there cannot see all of it

## Model servers
config-model-url-public = { $address } is a public address: questions would leave the company. Give that of a server in your network; if it has to be this one, write allow_public_endpoints = true in [model].
config-model-endpoint-twice = this server is described twice. Keep one description and give it more slots.
config-model-url-beside = beside [[model.endpoints]] this address would not be used. Remove it, or add it as one more endpoint.
config-model-not-of-kind = a server of kind { $kind } does not read this key. Remove it.
found-outside = address refused: { $detail }
remedy-model-outside = Give in [model] the address of a server in your network: questions must not leave the company. If it has to be this one, write allow_public_endpoints = true in [model].
remedy-model-other = This server has { $served }: write one of these names in [model] name, or start it with the model you want.
remedy-model-none = Start this server with the model of [model] name; docs/models.md says how.
remedy-model-key = Check the key api_key in [model]: this server expects another one.
remedy-model-unsupported = Choose in [model] name a model that can chat; pstral model list shows those of the server.
remedy-model-busy = Wait until the server has loaded its model or finished its answers, then try again.
remedy-model-server-away = Start the model server and check its address in [model]. Without a model, only verified queries answer.
remedy-model-server = Check that the address in [model] is that of a server compatible with OpenAI, and read its log.
model-list = { $endpoint } has { $models ->
    [0] no model.
    [1] one model:
   *[other] { $models } models:
}
model-pull-cannot = A server of kind { $kind } does not download models itself: start it with the one you need (docs/models.md).
model-pull-begins = { $endpoint } is downloading { $model } …
model-pull-cost = It takes { $disk } of disk, and about { $memory } of memory while it answers.
model-pull-done = { $model } is installed on { $endpoint }.
model-pull-stopped = Stopped. What is there already is kept: the same command goes on from here.
model-pull-cut = The connection to the server was lost. What is there already is kept: run the same command again to go on.

## Sizes
size-mb = { $size } MB
size-gb = { $size } GB

## Discord
config-discord-token = Discord knows Pstral by the token of a bot: add it, better as token_file or in the environment. docs/discord.md says where to find it.
config-discord-application = the id of the application is required: Discord shows it where the bot was made. docs/discord.md says where.
config-discord-id = “{ $given }” is not an id: write the number that Discord copies in its developer mode, such as "1234567890123456789".
config-discord-rest-url = “{ $given }” is not an address: write http:// or https:// and where the proxy of Discord's REST API listens, such as "http://127.0.0.1:3000", or leave it out.
config-discord-shards = first_shard, last_shard and shards go together, each below the next, such as 0, 1 and 4; or leave all three out.
health-discord = { $name } answered in { $millis } ms
discord-found-invitation = to let Pstral into a server: { $url }
discord-found-fault = Discord says: { $fact }
discord-found-other-application = the token belongs to the application { $id }
discord-found-intents = the content of messages may be read
discord-found-no-content = without the content of messages, what is said in threads needs a mention
discord-found-content-forbidden = the content of messages may not be read: Discord will not let Pstral connect
discord-found-commands = the commands are registered as they should be
discord-found-other-commands = the registered commands differ from those of this version
discord-found-channel = { $name }: everything needed is allowed
discord-found-missing = { $name }: missing permissions: { $missing }
discord-remedy-token = Check token in [platforms.discord] and that this machine reaches discord.com over HTTPS.
discord-remedy-reach = Check that this machine reaches discord.com over HTTPS, and try again.
discord-remedy-application = Write this number as application in [platforms.discord], or give the token of the other bot.
discord-remedy-intents = Enable Message Content Intent under Bot in Discord's developer portal, or write message_content = false.
discord-remedy-no-content = To talk in threads without mentions, enable Message Content Intent under Bot in the developer portal, and write message_content = true.
discord-remedy-commands = The next start of Pstral registers them.
discord-remedy-permissions = Grant them to the role of Pstral in the settings of this channel, or let it in again by the address above.
discord-remedy-channel = Check the id, and that Pstral is in this server and may see the channel.

## Matrix
config-matrix-homeserver = the address of the homeserver is required, such as "https://matrix.example.org".
config-matrix-address = “{ $given }” is not an address: write https:// and the name of the homeserver, such as "https://matrix.example.org".
config-matrix-passphrase = the session and the keys are encrypted with a passphrase: add it, better as passphrase_file or in the environment. Any long text will do; keep it as long as the account.
config-matrix-rate = burst is 1 at least, and events_per_second between 0.001 and 1000, or 0, which says that the homeserver does not limit the account.
config-matrix-name = the display name holds 1 to 256 characters. Write one, or remove this key.
config-matrix-user = Which account? Add user to [platforms.matrix], such as "@pstral:example.org".
health-matrix = { $name } answered in { $millis } ms
health-matrix-unsigned = { $name } answered in { $millis } ms, but { $fact }. { $remedy }
matrix-not-enabled = Matrix is not turned on: write enabled = true in [platforms.matrix]. docs/matrix.md says what else it needs.
matrix-ask-password = Password of the account:
matrix-ask-token = Access token:
matrix-ask-key = Recovery key:
matrix-welcome = Logged in as { $user }, on the device { $device }.
matrix-recovered = The keys of { $user } are on the device { $device }.
matrix-no-password = No password was given. Type it, or write password_file in [platforms.matrix].
matrix-recovery-key = This recovery key brings everything back when the store is lost. It is shown once: keep it where the passphrase is not.
matrix-status = { $user }, device { $device } · trusted by the account: { $verified } · recovery key works: { $recoverable } · rooms: { $rooms }
matrix-fault = { $fault }
matrix-logged-in = somebody is logged in
matrix-logged-out = the homeserver has logged the account out
matrix-wrong-key = this is not the recovery key: a letter is wrong or missing, or it belongs to another account
matrix-no-key = the account has no recovery key that works
matrix-nobody = nobody is logged in
matrix-in-use = another process uses the account
matrix-keys-gone = the keys of the device are gone
matrix-wrong-passphrase = the passphrase does not open the session
matrix-browser = the homeserver wants it to be allowed in a browser
matrix-unverified = The account has keys that this device does not have yet. Bring them here with its recovery key: pstral matrix recover. Where that is lost: pstral matrix reset-crypto.
matrix-session = { $user } is logged in, on the device { $device }
matrix-device-verified = others can see that the device is the account's own
matrix-device-unverified = others cannot see that the device is the account's own: some programs will not give it their keys
matrix-limited = the homeserver is taken to limit the account, since events_per_second is not 0: answers come in few steps, and many at once wait for each other. Only its admins can see whether it does
matrix-lifted = the homeserver is taken not to limit the account, and it has not refused it of late. Only its admins can see its limits
matrix-limit-unknown = the homeserver limits the account, which it last refused at { $at }, although events_per_second = 0 says that it does not
matrix-avatar-unreadable = The file cannot be read: { $error }.
matrix-avatar-large = It may hold 1 MiB at most: make the picture smaller.
matrix-avatar-kind = It is not a PNG, JPEG, GIF or WebP image.
matrix-verify-waits = Waiting up to ten minutes for a request to verify { $account }. In the other program, open Pstral's profile and choose “Verify”; on another device of this account, use its settings. Ctrl-C stops.
matrix-verify-asks = { $user } asks to verify Pstral, from the device { $device }.
matrix-verify-own = Another device of Pstral's own account { $user } asks to be verified: { $device }. Once confirmed it gets the account's keys, and can read what is written to Pstral. Answer no unless it is yours.
matrix-verify-question = Does the other device show these seven emoji, in this order? Compare them within a minute, in person or by telephone. (yes/no)
matrix-verify-again = Please answer yes or no.
matrix-verified = Verified: Pstral trusts { $user }, whose programs now show Pstral as verified. You can start Pstral again.
matrix-verified-own = Verified: the device { $device } belongs to { $user } and has its keys. You can start Pstral again.
matrix-verify-mismatch = Cancelled, because the emoji differ: somebody may be between Pstral and the device { $device } of { $user }. Nothing was confirmed. Try again over another network; if they differ again, tell whoever runs the homeserver.
matrix-verify-cancelled = { $user } cancelled on the device { $device }. Nothing was confirmed. To try again, run this command and ask again on the device.
matrix-verify-late = The verification with { $user }, device { $device }, timed out: each step may take one minute, all of them five. Nothing was confirmed. Run this command and ask again on the device.
matrix-verify-failed = The device { $device } of { $user } cannot be verified with emoji ({ $why }). Nothing was confirmed. Update its program, or use another one, then run this command again.
matrix-verify-nobody = Nobody asked within ten minutes. Run this command again, then ask on the other device.
matrix-verify-stopped = Cancelled: nothing was confirmed. Run this command again when you are ready.
matrix-no-user-id = “{ $given }” is not a Matrix user id
matrix-emoji = { $number ->
    [0] Dog
    [1] Cat
    [2] Lion
    [3] Horse
    [4] Unicorn
    [5] Pig
    [6] Elephant
    [7] Rabbit
    [8] Panda
    [9] Rooster
    [10] Penguin
    [11] Turtle
    [12] Fish
    [13] Octopus
    [14] Butterfly
    [15] Flower
    [16] Tree
    [17] Cactus
    [18] Mushroom
    [19] Globe
    [20] Moon
    [21] Cloud
    [22] Fire
    [23] Banana
    [24] Apple
    [25] Strawberry
    [26] Corn
    [27] Pizza
    [28] Cake
    [29] Heart
    [30] Smiley
    [31] Robot
    [32] Hat
    [33] Glasses
    [34] Spanner
    [35] Santa
    [36] Thumbs Up
    [37] Umbrella
    [38] Hourglass
    [39] Clock
    [40] Gift
    [41] Light Bulb
    [42] Book
    [43] Pencil
    [44] Paperclip
    [45] Scissors
    [46] Lock
    [47] Key
    [48] Hammer
    [49] Telephone
    [50] Flag
    [51] Train
    [52] Bicycle
    [53] Aeroplane
    [54] Rocket
    [55] Trophy
    [56] Ball
    [57] Guitar
    [58] Trumpet
    [59] Bell
    [60] Anchor
    [61] Headphones
    [62] Folder
   *[63] Pin
}
remedy-matrix-user-id = Write it as its program shows it, such as @zoe:example.org.
remedy-matrix-verify-stop = Pstral is running with this account. Stop it, run pstral matrix verify, then start it again: it answers what was said in the last five minutes.
remedy-matrix-login = Log the account in: pstral matrix login.
remedy-matrix-logged-in = Nothing more is needed. To use another account, choose another folder with data, or remove the folder matrix in it.
remedy-matrix-again = Log the account in again: remove the file session.sealed in the folder matrix of data, then run pstral matrix recover.
remedy-matrix-recover = Bring the keys back with the recovery key: pstral matrix recover.
remedy-matrix-no-key = Make new keys: pstral matrix reset-crypto. Where nobody is logged in, first remove the folder matrix of data and run pstral matrix login.
remedy-matrix-verify = Bring the account's keys to this device with its recovery key: pstral matrix recover. Where that is lost: pstral matrix reset-crypto.
remedy-matrix-recovery-key = Check the recovery key: it is the one that pstral matrix login has shown, or that another program made for this account.
remedy-matrix-reset = Reset the encryption of the account with another Matrix program, then run pstral matrix login anew.
remedy-matrix-passphrase = Check passphrase in [platforms.matrix]: it is the one of the first login. Where it is lost, remove the folder matrix of data, then run pstral matrix recover with the recovery key.
remedy-matrix-in-use = Pstral is running with this account. Stop it first; pstral doctor can look at it while it runs.
remedy-matrix-store = Check the passphrase and the files in the folder matrix of data. Where they are damaged, remove its folder store, then run pstral matrix recover.
remedy-matrix-disk = Check that Pstral may write to this folder, and that there is room on its disk.
remedy-matrix-password = Check user and the password, and that homeserver is the account's own.
remedy-matrix-server = Check homeserver in [platforms.matrix] and that this machine reaches it, then try again.
remedy-matrix-limit = An admin of the homeserver lifts it: POST { $server }/_synapse/admin/v1/users/{ $user }/override_ratelimit with {"{"}"messages_per_second": 0, "burst_count": 0{"}"}. Then write events_per_second = 0 in [platforms.matrix].
remedy-matrix-limit-unknown = An admin of the homeserver lifts it: POST { $server }/_synapse/admin/v1/users/{ $user }/override_ratelimit with {"{"}"messages_per_second": 0, "burst_count": 0{"}"}. Or write events_per_second = 0.2 in [platforms.matrix], which is what Synapse allows by default.

## A database put to the test
trial-connection = connection
trial-account = account
trial-catalog = catalog
trial-types = types
trial-parameters = parameters
trial-limits = limits
trial-time-limit = time limit
trial-stop = stop
trial-beside = two at once
trial-plan = plan
trial-columns = your columns
trial-not-done = could not be done
trial-no-connection = Nothing else was tried. First make the connection work, then run this again.
trial-name-a-user = Name a person who has an account there: --user USERNAME
trial-no-accounts = this database knows no accounts
trial-account-reads = reads, and nothing more
trial-account-more = may do { $excesses ->
        [one] one thing
       *[other] { $excesses } things
    } more than read; pstral doctor names them
trial-catalog-read =
    { $tables ->
        [one] one table or view
       *[other] { $tables } tables and views
    }, { $columns ->
        [one] one column
       *[other] { $columns } columns
    }, read in { $millis } ms
trial-types-read = { $right } of { $all } types of values are read back unchanged, NULL included{ $left ->
        [0] { "" }
       *[other] ; not: { $wrong }
    }
trial-parameters-taken = { $right } of { $all } kinds of values are the same for the database as parameters{ $left ->
        [0] { "" }
       *[other] ; not: { $wrong }
    }
trial-limits-kept = { $rows } rows came in order; the limits of rows, bytes and cells were kept
trial-limits-not-kept = order: { $order }, limit of rows: { $rows }, of bytes: { $bytes }, of a cell: { $cells }
trial-time-kept = a slow statement ended { $millis } ms after its limit, and the next one ran
trial-stopped = a slow statement ended { $millis } ms after it was stopped, and the next one ran
trial-not-slow = the slow statement ended by itself, which shows nothing; please report this
trial-one-at-a-time = not tried: this database is configured for one statement at a time
trial-report-unwritten = The report cannot be written to { $path }: { $error }. Choose another place.
trial-beside-ran = a statement ran while another was being read
trial-no-estimates = this database does not estimate costs
trial-planned = estimated at { $cost } in the database’s unit
trial-no-estimate = no estimate: the account may not see plans
trial-columns-read = { $right } of { $all } types could be read{ $left ->
        [0] { "" }
       *[other] ; not: { $wrong }
    }{ $named ->
        [0] { "" }
       *[other] ; shown by the name of the type alone: { $by_name }
    }{ $empty ->
        [0] { "" }
       *[other] ; without a value to read: { $empty }
    }{ $closed ->
        [0] { "" }
       *[other] ; closed by your rules, not tried: { $closed }
    }

## Evaluation
eval-model = Model
eval-right = Right
eval-rows = Right rows, of these with further columns
eval-valid = Statements that may run
eval-refused = Refused, by rule
eval-failed = Offered, but failed on the database
eval-corrected = Right after a correction
eval-verified = Right by a verified query
eval-asked = Asked back where it should, and where it should not
eval-abstained = Abstained where it should, and where it should not
eval-unanswered = Without an answer
eval-left-out = Not asked: gold statement refused, failed
eval-tables = Needed tables in the prompt
eval-columns = Needed columns in the prompt
eval-tokens = Tokens: prompt + answer, mean
eval-times = Time to the first word, to the statement, median
eval-difference = Difference in points, 95 % interval
eval-without = Right without “{ $part }”, difference, prompt
eval-wrong = Wrong
eval-question = Questions
eval-outcome = Outcome
eval-statement = Statement
eval-gold = Gold statement
eval-recorded = recorded answers only
eval-suite-error = { $suite }, line { $error }
eval-no-target = Choose the database with --target: the configuration has several, none, or none of that name.
