## A statement in words
explain-words = What it does:
explain-too-long = It does too much to be told in one message. Read the statement itself, or ask for its plan.
explain-step-unnamed = First computes these rows:
explain-step = First computes { $name }:
explain-part = Query { $number }:
explain-tables = Reads { $tables }.
explain-these-rows = these rows
explain-no-tables = Reads no table.
explain-join-inner = Adds { $table } where { $on }; rows without a match are left out.
explain-join-left = Adds { $table } where { $on }; rows without a match are kept.
explain-join-right = Adds { $table } where { $on }; all its rows are kept, others only if they match.
explain-join-full = Adds { $table } where { $on }; rows without a match are kept on both sides.
explain-join-each = Adds, for each row, what { $table } gives; rows without any are left out.
explain-join-each-kept = Adds, for each row, what { $table } gives; rows without any are kept.
explain-join-cross = Combines each row with each row of { $table }.
explain-filter = Keeps only rows where { $condition }.
explain-hierarchy = Follows a hierarchy: { $clauses }.
explain-first-rows =
    { $rows ->
        [1] Takes only the first row it finds.
       *[other] Takes only the first { $rows } rows it finds.
    }
explain-groups =
    { $count ->
        [1] Makes one row for each different { $terms }.
       *[other] Makes one row for each different combination of { $terms }.
    }
explain-one-row = Computes a single row from all of them.
explain-having = Keeps only groups where { $condition }.
explain-columns = Shows { $columns }.
explain-distinct = Shows identical rows once.
explain-distinct-on =
    { $count ->
        [1] Shows only the first row, in the sort order, for each different { $terms }.
       *[other] Shows only the first row, in the sort order, for each different combination of { $terms }.
    }
explain-union = Puts these results together, identical rows once:
explain-union-all = Puts these results together:
explain-intersect = Keeps the rows that all these results have:
explain-except = Keeps the rows of the first result that the others do not have:
explain-order = Sorts by { $terms }.
explain-offset =
    { $rows ->
        [1] Skips the first row.
       *[other] Skips the first { $rows } rows.
    }
explain-row-limit =
    { $rows ->
        [1] Stops after one row: if there are more, you do not see them.
       *[other] Stops after { $rows } rows: if there are more, you do not see them.
    }
explain-row-limit-ties =
    { $rows ->
        [1] Stops after one row, but keeps those equal to it in the sort order.
       *[other] Stops after { $rows } rows, but keeps those equal to the last one in the sort order.
    }
explain-sql = Runs { $sql }.

## Its values
explain-column-named = { $name } ({ $term })
explain-everything = every column
explain-place = column { $place } of the result
explain-count = the number of rows
explain-count-of = the number of values of { $of }
explain-count-distinct = the number of different { $of }
explain-sum = the sum of { $of }
explain-sum-distinct = the sum of different { $of }
explain-average = the average of { $of }
explain-average-distinct = the average of different { $of }
explain-minimum = the smallest { $of }
explain-maximum = the largest { $of }
explain-descending = { $term } (largest or latest first)
explain-nothing = nothing

## Its conditions
explain-and = { $left } and { $right }
explain-or = { $left } or { $right }
explain-not = it is false that ({ $condition })
explain-list = { $left }, { $right }
explain-more = { $left } and { $count } more
explain-equal = { $left } is { $right }
explain-not-equal = { $left } is not { $right }
explain-less = { $left } is less than { $right }
explain-at-most = { $left } is at most { $right }
explain-greater = { $left } is more than { $right }
explain-at-least = { $left } is at least { $right }
explain-between =
    { $not ->
        [0] { $term } is between { $low } and { $high } (both included)
       *[other] { $term } is not between { $low } and { $high }
    }
explain-one-of =
    { $not ->
        [0] { $term } is one of ({ $values })
       *[other] { $term } is none of ({ $values })
    }
explain-contains =
    { $not ->
        [0] { $term } contains { $words }
       *[other] { $term } does not contain { $words }
    }
explain-starts =
    { $not ->
        [0] { $term } begins with { $words }
       *[other] { $term } does not begin with { $words }
    }
explain-ends =
    { $not ->
        [0] { $term } ends with { $words }
       *[other] { $term } does not end with { $words }
    }
explain-matches =
    { $not ->
        [0] { $term } looks like { $words }
       *[other] { $term } does not look like { $words }
    }
explain-null =
    { $not ->
        [0] { $term } has no value
       *[other] { $term } has a value
    }
explain-among =
    { $not ->
        [0] { $term } is among the { $column } of { $rows }
       *[other] { $term } is not among the { $column } of { $rows }
    }
explain-exists =
    { $not ->
        [0] there is a row in { $rows }
       *[other] there is no row in { $rows }
    }
explain-rows-where = { $tables } (where { $condition })
explain-any-case = { $condition } (upper or lower case)
explain-optional = { $condition } (rows without a match are kept)
explain-same-names = the columns of the same name are equal
explain-same-columns = both have the same { $columns }
