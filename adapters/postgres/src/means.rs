//! How much a server may spend on planning and running one of our statements.

/// Settings with the oldest server that has each. They are the same whatever the role or the database has for defaults,
/// but for `temp_file_limit`, which only a superuser may set. What each bounds:
/// <https://www.postgresql.org/docs/current/runtime-config-query.html>,
/// <https://www.postgresql.org/docs/current/runtime-config-resource.html>.
const MEANS: &[(u32, &str, &str)] = &[
    // The planner weighs the orders of eight tables at most; where there are more, it keeps to the text.
    (0, "from_collapse_limit", "8"),
    (0, "join_collapse_limit", "8"),
    (0, "geqo", "on"),
    (0, "geqo_threshold", "12"),
    (0, "geqo_effort", "5"),
    // Plans that join each partition by itself take memory by the product of the partitions.
    (110_000, "enable_partitionwise_aggregate", "off"),
    (110_000, "enable_partitionwise_join", "off"),
    // A compiler of its own, with memory of its own, that nothing stops.
    (110_000, "jit", "off"),
    // Of each sort and each table of hashes, of which a plan may have dozens, in each process.
    (0, "work_mem", "8MB"),
    (130_000, "hash_mem_multiplier", "1"),
    (90_600, "max_parallel_workers_per_gather", "2"),
];

/// Those of a server of this version.
pub(crate) fn of(version: Option<u32>) -> impl Iterator<Item = (&'static str, String)> {
    let version = version.unwrap_or(0);
    MEANS.iter().filter(move |(since, ..)| *since <= version).map(|(_, name, value)| (*name, (*value).to_owned()))
}
