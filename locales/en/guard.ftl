# guard
guard-empty = There is nothing to run. Write one SELECT statement.
guard-too-long = The statement is too long ({ $found }); 16 KiB or 5,500 words and signs are the most. Ask for less at once.
guard-too-deep = The statement is nested too deep to be understood safely. Split it with WITH, or ask for less at once.
guard-too-many-joins = The statement holds too many joins or queries at once (at “{ $found }”); 32 joins or 64 queries are the most. Split the question in two.
guard-control-character = The statement holds a hidden or control character ({ $found }). Remove it, or type the line again.
guard-unusual-character = “{ $found }” may be read as another letter, so it is only allowed between quotes. Type it again with plain letters.
guard-remote-link = “{ $found }” reaches another database or a foreign kind of parameter, which is not allowed. Use a table of this database, or a parameter such as :name.
guard-nested-comment = A comment inside a comment is read differently by each database. Remove the comments.
guard-syntax = The statement cannot be read near “{ $found }”. Check the spelling, commas and brackets there.
guard-several-statements = There is more than one statement: “{ $found }” comes after the first. Run them one at a time.
guard-not-a-query = “{ $found }” is not a query. Only SELECT statements may run; nothing is ever changed.
guard-locks = “{ $found }” locks or writes. Remove that part and keep the plain SELECT.
guard-unsupported = “{ $found }” is not understood well enough to run it safely. Write it another way.
guard-unsupported-instead = “{ $found }” is not allowed here. Write this instead: { $instead }
guard-relation-unknown = There is no table “{ $found }” that you can read. Ask for the list of tables.
guard-relation-unknown-near = There is no table “{ $found }” that you can read. Did you mean { $instead }?
guard-relation-denied = “{ $found }” is not open to you. Ask an administrator if you need it.
guard-column-unknown = “{ $found }” is not a column of the tables in this part of the statement. Check its name and its table.
guard-column-unknown-near = “{ $found }” is not a column of the tables in this part of the statement. Did you mean { $instead }?
guard-column-denied = The column “{ $found }” is not open to you. Leave it out, or ask an administrator.
guard-column-ambiguous = “{ $found }” is a column of more than one table here. Put the table's name before it.
guard-star-denied = “{ $found }” would show columns that are not open to you. Name the columns instead: { $instead }
guard-whole-row = “{ $found }” stands for a whole row. Name the columns you need.
guard-alias-not-allowed = The name “{ $found }” is used twice here, or can be read as something else. Choose another name.
guard-function-not-allowed = The function “{ $found }” is not in the list of allowed functions. Use a built-in function that only computes.
guard-function-not-allowed-near = The function “{ $found }” is not in the list of allowed functions. Did you mean { $instead }?
guard-function-arguments = “{ $found }” cannot be called with these arguments. Check how many there are; sizes and paths must be plain, modest values.
guard-type-not-allowed = The type “{ $found }” is not in the list of allowed types. Use a plain text, number or date type.
guard-operator-not-allowed = The operator “{ $found }” is not in the list of allowed operators. Use a common comparison or calculation.
guard-join-without-predicate = Nothing links “{ $found }” to the other tables, so every row would meet every other. Add a condition such as ON a.id = b.a_id.
guard-unbounded = “{ $found }” may never end. Add a limit such as WHERE n < 100, or CONNECT BY NOCYCLE PRIOR id = parent_id.
guard-unbounded-instead = “{ $found }” may never end. Count towards a limit, for example: { $instead }
guard-pattern = The pattern “{ $found }” can take very long. Use LIKE, or a plain literal pattern without repeated groups.
guard-parameter = “{ $found }” is not a parameter here. Write it as :name.
guard-cte-order = “{ $found }” is read before it is defined, or inside its own definition. Give the WITH part another name, or change the order.
guard-rendering = The statement cannot be rewritten safely. Write it in a simpler way.
left-out = Without { $columns }: these columns are not open to you.
