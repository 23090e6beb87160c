//! Settings that bound what a server may spend on planning and running one of our statements.

/// The value of a setting for a transaction.
enum Value {
    /// This, whatever the role or the database has.
    Is(&'static str),
    /// The role's own number, but no more than this.
    AtMost(u32),
    /// The role's own size, but no more kibibytes than this.
    AtMostKib(u32),
}

/// Settings with the oldest server that has each. `temp_file_limit` is not among them: only a superuser may set it. What
/// each bounds: <https://www.postgresql.org/docs/current/runtime-config-query.html>,
/// <https://www.postgresql.org/docs/current/runtime-config-resource.html>.
const SETTINGS: &[(u32, &str, Value)] = &[
    // The planner weighs the orders of six tables at most; where there are more, it keeps to the text. Seven that have
    // forty columns in common took 700 MB, six 220.
    (0, "from_collapse_limit", Value::AtMost(6)),
    (0, "join_collapse_limit", Value::AtMost(6)),
    // A FROM of commas has no order to keep to and may still be longer: GEQO then tries some of its orders.
    (0, "geqo", Value::Is("on")),
    (0, "geqo_threshold", Value::AtMost(7)),
    (0, "geqo_effort", Value::AtMost(1)),
    // Looking for conditions that contradict each other takes time that grows with the power of their depth.
    (0, "constraint_exclusion", Value::Is("off")),
    // Plans that join each partition by itself take memory by the product of the partitions.
    (110_000, "enable_partitionwise_aggregate", Value::Is("off")),
    (110_000, "enable_partitionwise_join", Value::Is("off")),
    // Compiling takes memory that no setting bounds, and nothing stops it.
    (110_000, "jit", Value::Is("off")),
    // For each sort and each hash table; a plan may have dozens, in each process.
    (0, "work_mem", Value::AtMostKib(8192)),
    (130_000, "hash_mem_multiplier", Value::Is("1")),
    (90_600, "max_parallel_workers_per_gather", Value::AtMost(2)),
];

/// The calls that apply these settings on a server of this version. Every name has its schema: the role's search path
/// may look elsewhere first.
pub(crate) fn calls(version: Option<u32>) -> impl Iterator<Item = String> {
    let version = version.unwrap_or(0);
    let of_version = SETTINGS.iter().filter(move |(since, ..)| *since <= version);
    of_version.map(|(_, name, value)| format!("pg_catalog.set_config('{name}', {}, true)", value.expression(name)))
}

impl Value {
    fn expression(&self, name: &str) -> String {
        let own = format!("pg_catalog.current_setting('{name}')");
        match self {
            Self::Is(value) => format!("'{value}'"),
            Self::AtMost(most) => format!("least({own}::pg_catalog.int4, {most})::pg_catalog.text"),
            Self::AtMostKib(most) => {
                let kib = format!("pg_catalog.int8div(pg_catalog.pg_size_bytes({own}), 1024)");
                format!("least({kib}, {most})::pg_catalog.text")
            }
        }
    }
}
