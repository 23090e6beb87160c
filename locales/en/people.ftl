# Users and accounts: in a conversation and on the command line.

## Linking an account
linking-help =
    Hello! I do not know yet who you are here.
    If a Pstral administrator has given you a code, send me in private: { $prefix }link YOUR-CODE
    If not, write { $prefix }link to me in private: I will give you a code to pass on to them.
linking-help-short = I do not know yet who you are. Write { $prefix }link to me in private.
linking-help-plain = Hello! I do not know yet who you are. This conversation is not encrypted, so please send no code here. Write { $prefix }link: I will answer in an encrypted one.
link-done = Done, { $name }: this account is now linked to yours. Ask me your first question!
link-wrong = This code is not valid: it may have expired or been used. Ask an administrator for a new one.
link-locked =
    { $minutes ->
        [1] Too many wrong codes. Try again in a minute, with a new code.
       *[other] Too many wrong codes. Try again in { $minutes } minutes, with a new code.
    }
link-already = This account is already linked to yours, { $name }. You can ask your questions. To link it to another user: { $prefix }link and their code.
link-request = Give this code to a Pstral administrator within 10 minutes, face to face or in private: { $code }
    They confirm it by writing to me: { $prefix }user confirm { $code } and your username.
link-request-later = You have already asked for several codes. Pass the last one on to an administrator, or try again in a quarter of an hour.
link-own-request = This code is for a Pstral administrator, who confirms it. There is nothing else for you to do.
link-burnt = 🔥 A code was written where others read it: it is worth nothing any more. Ask an administrator for a new one and send it to me in private.
link-in-public = This code is not valid. Send me codes in private, never where others read them.

## Oneself
whoami = You are { $name } ({ $username }, { $role }). I answer you in { $language }, with times of the zone { $zone }. Your accounts:
language-fr = French
language-en = English
language-set = Noted: I will answer in English from now on.
timezone = Times are shown in the zone { $zone }. To change it, write for example { $prefix }timezone Europe/Paris.
timezone-set = Noted: times are shown in the zone { $zone } from now on.
timezone-unknown = I do not know the time zone “{ $name }”. Use a name such as Europe/Paris: { $prefix }timezone Europe/Paris.
language-unknown = I speak French and English. Write { $prefix }language fr or { $prefix }language en.
link-by-code = { $account }, since { $date }, by a code
link-by-request = { $account }, since { $date }, on request
link-by-command = { $account }, since { $date }, from the command line
link-by = by { $name }
link-here = (this one)
unlink-confirm = This account would no longer be linked to yours, and I would no longer answer you here. To confirm, write: { $prefix }unlink yes
unlink-done = Done: this account is linked to nobody any more. To come back, write { $prefix }link to me in private.

## Users
user-help =
    Users, always in private:
    { $prefix }user list [word]
    { $prefix }user add NAME [role=member] [language=en] [timezone=Europe/Paris] [email=…] [name="…"]
    { $prefix }user edit NAME role=… language=… timezone=… email=… name="…" username=…
    { $prefix }user disable NAME, { $prefix }user enable NAME
    { $prefix }user code NAME: a code that links an account to this person
    { $prefix }user confirm CODE NAME: link the account of whoever asked for this code
    { $prefix }user links NAME, { $prefix }user unlink NAME [platform account]
user-not-allowed = Only those who look after users can do this. Please ask an administrator.
user-name-bad = A username has 1 to 64 letters, digits or signs . _ - + @, without spaces or special forms such as full-width letters, and begins with a letter or a digit. Example: camille.durand
user-name-reserved = Usernames that begin with “erased-” are kept for people whose data was erased. Choose another one.
user-full-name-bad = A full name has 120 characters at most, on one line, none of them invisible. Example: Camille Durand
user-full-name-empty = A full name cannot be empty. Give one, such as Camille Durand.
user-email-bad = This address does not have the form expected. Example: camille.durand@example.org
user-nothing-to-change = There is nothing to change. Say what should be, such as the role or the language.
user-setting-unknown = I do not understand “{ $word }”. Write for example: role=member language=en email=camille@example.org name="Camille Durand"
user-role-unknown = The role “{ $role }” is not in the configuration. Use one of { $known }.
user-added = { $name } has been created. Link a chat account with: { $command } link-code { $name }
user-edited = Changed:
user-exists = { $name } already exists. Choose another name, or see { $command } list.
user-none = There is no user yet. Create one with: pstral user add NAME
user-none-found = No user matches. Write { $prefix }user list to see all of them.
user-more =
    { $left ->
        [1] One more is not shown. Narrow it with a word: { $prefix }user list durand
       *[other] { $left } more are not shown. Narrow it with a word: { $prefix }user list durand
    }
user-unknown = There is no user { $name }. See { $command } list.
user-code = Give this code to { $name }, who sends it to Pstral in private within 10 minutes: { $prefix }link { $code }
user-disabled = { $name } is disabled: their accounts are no longer recognised. To go back: { $command } enable { $name }
user-enabled = { $name } is enabled.
user-disabled-mark = (disabled)
user-is-disabled = { $name } is disabled: nobody can be linked to them. To enable them: { $command } enable { $name }
user-is-erased = The data of { $name } was erased, which cannot be undone: nobody can use this account again. Add a new user for the person.
user-stale = { $name } was changed by someone else in the meantime: nothing was changed. Look at the user again, then retry.
user-last = Without { $name }, nobody could look after users any more. Give somebody else this role first.
user-last-forced = Without { $name }, nobody could look after users from a chat any more. Give somebody else this role first, or add --force.

## Accounts of a user
confirm-done =
    Done: { $account } ({ $platform } { $id }) is now linked to { $name }.
    If it is not the right person: { $command } unlink { $name } { $platform } { $id }
confirm-wrong = No linking request has this code. It may have expired or been used. The person gets a new one by writing /link in private.
links = The accounts of { $name }:
links-none = No account is linked to { $name }. Link one with: { $command } link-code { $name }
unlinked = Done: { $account } is no longer an account of { $name }.
unlink-unknown = Say which account of { $name } to remove, by its platform and its id. See { $command } links { $name }

## Passwords
password-not-here = A password never goes through a chat. On the machine of Pstral, type: pstral user password { $name }
password-prompt = New password (at least 12 characters):
password-again = Once more:
password-differs = The two are not the same. Try again.
password-short = A password has at least { $least } characters. Choose a phrase that you remember.
password-long = A password has at most { $most } characters. Choose a shorter one.
password-not-text = This password is not text (UTF-8). Type it again.
password-set = The password of { $name } is set.
password-removed = { $name } has no password any more.
