## Une requête en mots
explain-words = Ce qu'elle fait :
explain-too-long = Elle fait trop de choses pour tenir dans un message. Lisez la requête elle-même, ou demandez son plan.
explain-step-unnamed = Calcule d'abord ces lignes :
explain-step = Calcule d'abord { $name } :
explain-part = Requête { $number } :
explain-tables = Lit { $tables }.
explain-these-rows = ces lignes
explain-no-tables = Ne lit aucune table.
explain-join-inner = Y ajoute { $table } quand { $on } ; les lignes sans correspondance sont écartées.
explain-join-left = Y ajoute { $table } quand { $on } ; les lignes sans correspondance sont gardées.
explain-join-right = Y ajoute { $table } quand { $on } ; toutes ses lignes sont gardées, les autres seulement si elles correspondent.
explain-join-full = Y ajoute { $table } quand { $on } ; les lignes sans correspondance sont gardées des deux côtés.
explain-join-each = Y ajoute, pour chaque ligne, ce que donne { $table } ; les lignes pour lesquelles il n'y a rien sont écartées.
explain-join-each-kept = Y ajoute, pour chaque ligne, ce que donne { $table } ; les lignes pour lesquelles il n'y a rien sont gardées.
explain-join-cross = Associe chaque ligne à chaque ligne de { $table }.
explain-filter = Ne garde que les lignes où { $condition }.
explain-hierarchy = Suit une hiérarchie : { $clauses }.
explain-first-rows =
    { $rows ->
        [1] Ne prend que la première ligne trouvée.
       *[other] Ne prend que les { $rows } premières lignes trouvées.
    }
explain-groups =
    { $count ->
        [1] Fait une ligne pour chaque valeur différente de { $terms }.
       *[other] Fait une ligne pour chaque combinaison différente de { $terms }.
    }
explain-one-row = Calcule une seule ligne à partir de toutes.
explain-having = Ne garde que les groupes où { $condition }.
explain-columns = Affiche { $columns }.
explain-distinct = Affiche une seule fois les lignes identiques.
explain-distinct-on =
    { $count ->
        [1] N'affiche que la première ligne, dans l'ordre du tri, pour chaque valeur différente de { $terms }.
       *[other] N'affiche que la première ligne, dans l'ordre du tri, pour chaque combinaison différente de { $terms }.
    }
explain-union = Réunit ces résultats, une seule fois les lignes identiques :
explain-union-all = Réunit ces résultats :
explain-intersect = Garde les lignes communes à tous ces résultats :
explain-except = Garde les lignes du premier résultat que les autres n'ont pas :
explain-order = Trie par { $terms }.
explain-offset =
    { $rows ->
        [1] Saute la première ligne.
       *[other] Saute les { $rows } premières lignes.
    }
explain-row-limit =
    { $rows ->
        [1] S'arrête après une ligne : s'il y en a davantage, vous ne les voyez pas.
       *[other] S'arrête après { $rows } lignes : s'il y en a davantage, vous ne les voyez pas.
    }
explain-row-limit-ties =
    { $rows ->
        [1] S'arrête après une ligne, mais garde celles qui lui sont égales dans l'ordre du tri.
       *[other] S'arrête après { $rows } lignes, mais garde celles qui sont égales à la dernière dans l'ordre du tri.
    }
explain-sql = Exécute { $sql }.

## Ses valeurs
explain-column-named = { $name } ({ $term })
explain-everything = toutes les colonnes
explain-place = la colonne { $place } du résultat
explain-count = le nombre de lignes
explain-count-of = le nombre de valeurs de { $of }
explain-count-distinct = le nombre de valeurs différentes de { $of }
explain-sum = la somme de { $of }
explain-sum-distinct = la somme des valeurs différentes de { $of }
explain-average = la moyenne de { $of }
explain-average-distinct = la moyenne des valeurs différentes de { $of }
explain-minimum = la plus petite valeur de { $of }
explain-maximum = la plus grande valeur de { $of }
explain-descending = { $term } (le plus grand ou le plus récent d'abord)
explain-nothing = rien

## Ses conditions
explain-and = { $left } et { $right }
explain-or = { $left } ou { $right }
explain-not = il est faux que ({ $condition })
explain-list = { $left }, { $right }
explain-more = { $left } et { $count } de plus
explain-equal = { $left } est { $right }
explain-not-equal = { $left } n'est pas { $right }
explain-less = { $left } est inférieur à { $right }
explain-at-most = { $left } vaut au plus { $right }
explain-greater = { $left } est supérieur à { $right }
explain-at-least = { $left } vaut au moins { $right }
explain-between =
    { $not ->
        [0] { $term } est entre { $low } et { $high } (tous deux compris)
       *[other] { $term } n'est pas entre { $low } et { $high }
    }
explain-one-of =
    { $not ->
        [0] { $term } est parmi ({ $values })
       *[other] { $term } n'est pas parmi ({ $values })
    }
explain-contains =
    { $not ->
        [0] { $term } contient { $words }
       *[other] { $term } ne contient pas { $words }
    }
explain-starts =
    { $not ->
        [0] { $term } commence par { $words }
       *[other] { $term } ne commence pas par { $words }
    }
explain-ends =
    { $not ->
        [0] { $term } finit par { $words }
       *[other] { $term } ne finit pas par { $words }
    }
explain-matches =
    { $not ->
        [0] { $term } ressemble à { $words }
       *[other] { $term } ne ressemble pas à { $words }
    }
explain-null =
    { $not ->
        [0] { $term } n'a pas de valeur
       *[other] { $term } a une valeur
    }
explain-among =
    { $not ->
        [0] { $term } est parmi les { $column } de { $rows }
       *[other] { $term } n'est pas parmi les { $column } de { $rows }
    }
explain-exists =
    { $not ->
        [0] il existe une ligne dans { $rows }
       *[other] il n'existe aucune ligne dans { $rows }
    }
explain-rows-where = { $tables } (où { $condition })
explain-any-case = { $condition } (en majuscules ou en minuscules)
explain-optional = { $condition } (les lignes sans correspondance sont gardées)
explain-same-names = les colonnes de même nom sont égales
explain-same-columns = les deux ont les mêmes { $columns }
