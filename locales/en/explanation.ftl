## A statement in words
explain-words = What it does:
explain-step = First computes { $name }:
explain-part = Query { $number }:
explain-tables = Reads { $tables }.
explain-no-tables = Reads no table.
explain-join-inner = Adds { $table } where { $on }; rows without a match are left out.
explain-join-left = Adds { $table } where { $on }; rows without a match are kept.
explain-join-right = Adds { $table } where { $on }; all its rows are kept, others only if they match.
explain-join-full = Adds { $table } where { $on }; rows without a match are kept on both sides.
explain-join-cross = Combines each row with each row of { $table }.
explain-filter = Keeps only rows where { $condition }.
explain-hierarchy = Follows a hierarchy, from parents to children.
explain-groups = Makes one row for each different { $terms }.
explain-one-row = Sums all of them up in a single row.
explain-having = Keeps only groups where { $condition }.
explain-columns = Shows { $columns }.
explain-distinct = Shows identical rows once.
explain-union = Puts these results together, identical rows once:
explain-union-all = Puts these results together:
explain-intersect = Keeps the rows that all these results have:
explain-except = Keeps the rows of the first result that the others do not have:
explain-order = Sorts by { $terms }.
explain-offset = Skips the first { $rows } rows.
explain-row-limit = Stops after { $rows } rows: if there are more, you do not see them.
explain-sql = Runs { $sql }.

## Its values
explain-column-named = { $name } ({ $term })
explain-everything = every column
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
explain-not = not ({ $condition })
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
        [0] { $term } is empty
       *[other] { $term } is not empty
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
explain-same-columns = both have the same { $columns }
