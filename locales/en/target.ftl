# target
target-unavailable = The database cannot be found or opened. Tell an administrator, then try again.
target-client-missing = The library needed to reach this database is not installed on Pstral's machine. Tell an administrator: “pstral doctor” says what to install.
target-privileged = Nothing is run on this database: the account set up for it may do more than read. Tell an administrator: “pstral doctor” says what to take away.
target-no-account = Statements run under your own account on this database, and you have none there yet. Ask an administrator for one.
target-busy = The database is busy right now. Try again in a minute.
target-rejected = The database refuses this statement: `{ $reason }`. Edit the statement or rephrase the question.
target-timeout = { $seconds ->
    [one] The statement was stopped after { $seconds } second, the most it may take. Add a filter or a shorter period.
   *[other] The statement was stopped after { $seconds } seconds, the most it may take. Add a filter or a shorter period.
}
target-out-of-memory = The statement needs more memory than it may use here. Add a filter, a shorter period or fewer columns.
target-cancelled = The statement was stopped as you asked.
target-failed = The database failed while reading. Try again; if it keeps happening, tell an administrator.
