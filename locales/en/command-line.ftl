# What the administrator's commands say.

## Configuration
config-unreadable = the file cannot be read: { $error }. Correct it, or give another file with --config.
config-secret-unreadable = the secret cannot be read from { $path }: { $error }. Check the path and its permissions.
config-unknown-key = there is no such key. Remove it; config/default.toml describes every key.
config-unknown-key-near = there is no such key. Did you mean { $known }?
config-missing = this value is required. Add it; config/default.toml shows an example.
config-wrong-value = the value does not fit: { $error }. config/default.toml shows an example.
config-between = the value must be between { $low } and { $high }.
config-store-url = the address must begin with sqlite://, such as sqlite://pstral.db.
config-instance = the name must have 1 to 64 characters, such as “pstral-1”.
config-model-url = the address must begin with http:// (https is not built in), such as http://127.0.0.1:11434.
config-log-level = the level must be error, warn, info, debug or trace.
config-default-target = this database is not described in [targets]. Known databases: { $known }.
config-default-needed = there are several databases: say which one answers questions that name none.
config-target-name = the name of a database holds only lower-case letters, digits, “-” and “_”.
config-table-or-column = “{ $given }” is not of the form table, table.column or schema.table.column.
