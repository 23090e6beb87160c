# guard
guard-empty = Il n'y a rien à exécuter. Écrivez une seule instruction SELECT.
guard-too-long = L'instruction est trop longue ({ $found }) ; 16 Kio ou 5 500 mots et signes au plus. Demandez moins à la fois.
guard-too-deep = L'instruction est trop imbriquée pour être comprise sans risque. Découpez-la avec WITH, ou demandez moins à la fois.
guard-too-many-joins = L'instruction contient trop de jointures ou de requêtes (à « { $found } ») ; 32 jointures ou 64 requêtes au plus. Posez la question en deux fois.
guard-control-character = L'instruction contient un caractère caché ou de contrôle ({ $found }). Retirez-le, ou retapez la ligne.
guard-unusual-character = « { $found } » peut se lire comme une autre lettre : il n'est permis qu'entre guillemets. Retapez-le avec des lettres ordinaires.
guard-remote-link = « { $found } » mène à une autre base ou à un paramètre étranger, ce qui n'est pas permis. Utilisez une table de cette base, ou un paramètre comme :nom.
guard-nested-comment = Un commentaire dans un commentaire est lu différemment selon les bases. Retirez les commentaires.
guard-syntax = L'instruction est illisible près de « { $found } ». Vérifiez-y l'orthographe, les virgules et les parenthèses.
guard-several-statements = Il y a plus d'une instruction : « { $found } » suit la première. Exécutez-les une à une.
guard-not-a-query = « { $found } » n'est pas une requête. Seules les instructions SELECT s'exécutent ; rien n'est jamais modifié.
guard-locks = « { $found } » verrouille ou écrit. Retirez cette partie et gardez le simple SELECT.
guard-unsupported = « { $found } » n'est pas assez bien compris pour être exécuté sans risque. Écrivez-le autrement.
guard-unsupported-instead = « { $found } » n'est pas permis ici. Écrivez plutôt : { $instead }
guard-relation-unknown = Aucune table « { $found } » que vous puissiez lire. Demandez la liste des tables.
guard-relation-unknown-near = Aucune table « { $found } » que vous puissiez lire. Vouliez-vous dire { $instead } ?
guard-relation-denied = « { $found } » ne vous est pas ouverte. Demandez à un administrateur si vous en avez besoin.
guard-column-unknown = « { $found } » n'est pas une colonne des tables de cette partie de l'instruction. Vérifiez son nom et sa table.
guard-column-unknown-near = « { $found } » n'est pas une colonne des tables de cette partie de l'instruction. Vouliez-vous dire { $instead } ?
guard-column-denied = La colonne « { $found } » ne vous est pas ouverte. Retirez-la, ou demandez à un administrateur.
guard-column-ambiguous = « { $found } » est une colonne de plusieurs tables ici. Mettez le nom de la table devant.
guard-star-denied = « { $found } » montrerait des colonnes qui ne vous sont pas ouvertes. Nommez plutôt les colonnes : { $instead }
guard-whole-row = « { $found } » désigne une ligne entière. Nommez les colonnes voulues.
guard-alias-not-allowed = Le nom « { $found } » sert deux fois ici, ou peut se lire autrement. Choisissez-en un autre.
guard-function-not-allowed = La fonction « { $found } » n'est pas dans la liste des fonctions permises. Utilisez une fonction intégrée qui ne fait que calculer.
guard-function-not-allowed-near = La fonction « { $found } » n'est pas dans la liste des fonctions permises. Vouliez-vous dire { $instead } ?
guard-function-arguments = « { $found } » ne s'appelle pas avec ces arguments. Vérifiez leur nombre ; tailles et chemins doivent être des valeurs simples et modestes.
guard-type-not-allowed = Le type « { $found } » n'est pas dans la liste des types permis. Utilisez un type simple : texte, nombre ou date.
guard-operator-not-allowed = L'opérateur « { $found } » n'est pas dans la liste des opérateurs permis. Utilisez une comparaison ou un calcul courant.
guard-join-without-predicate = Rien ne relie « { $found } » aux autres tables : chaque ligne rencontrerait toutes les autres. Ajoutez une condition comme ON a.id = b.a_id.
guard-unbounded = « { $found } » pourrait ne jamais finir. Ajoutez une limite comme WHERE n < 100, ou CONNECT BY NOCYCLE PRIOR id = parent_id.
guard-unbounded-instead = « { $found } » pourrait ne jamais finir. Comptez vers une limite, comme : { $instead }
guard-pattern = Le motif « { $found } » peut prendre très longtemps. Utilisez LIKE, ou un motif littéral simple, sans groupes répétés.
guard-parameter = « { $found } » n'est pas un paramètre ici. Écrivez-le :nom.
guard-cte-order = « { $found } » est lu avant d'être défini, ou dans sa propre définition. Donnez un autre nom à la partie WITH, ou changez l'ordre.
guard-rendering = L'instruction ne peut pas être réécrite sans risque. Écrivez-la plus simplement.
left-out = Sans { $columns } : ces colonnes ne vous sont pas ouvertes.
