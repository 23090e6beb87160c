//! Every type as PostgreSQL holds it: null, ordinary, extreme.

use pstral_core::domain::{ColumnKind, Value};

use super::{WIDE, drain, run, server, start_with, target};
use tokio_util::sync::CancellationToken;

const SCRIPT: &str = "CREATE TYPE mood AS ENUM ('calm', 'très vif'); CREATE DOMAIN amount AS numeric(12,2);
    CREATE TYPE place AS (street text, number integer, felt mood); CREATE DOMAIN moods AS mood[];
    CREATE TABLE items (id integer PRIMARY KEY, small smallint, big bigint, price numeric(10,2), weight double precision,
        name varchar(40), code char(4), made_on date, seen_at timestamptz, felt mood, tag uuid, live boolean);
    INSERT INTO public.items VALUES (1, 2, 3, 4.50, 0.1, 'cinq', 'ab', '2024-02-29', '2024-02-29 12:00+02', 'calm',
        'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', true)";

/// `sql` is an expression; the text forms are those of PostgreSQL itself.
#[tokio::test]
async fn values_are_what_they_are() {
    let Some(server) = server(SCRIPT).await else { return };
    let target = target(&server);
    let mut wrong = Vec::new();
    for (sql, expected) in table() {
        match run(&target, &format!("SELECT {sql} AS v")).await {
            Ok(whole) if whole.rows == [[expected.clone()]] => {}
            Ok(whole) => wrong.push(format!("{sql}: {:?}, not {expected:?}", whole.rows[0][0])),
            Err(error) => wrong.push(format!("{sql}: {error}")),
        }
        let typed = run(&target, &format!("SELECT CASE WHEN false THEN {sql} END AS v")).await.unwrap();
        assert_eq!(typed.rows, [[Value::Null]], "{sql}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn table() -> Vec<(&'static str, Value)> {
    let text = |text: &str| Value::Text(text.to_owned());
    let decimal = |text: &str| Value::Decimal(text.to_owned());
    let date = |text: &str| Value::Date(text.to_owned());
    let timestamp = |text: &str| Value::Timestamp(text.to_owned());
    vec![
        ("true", Value::Boolean(true)),
        ("(-32768)::int2", Value::Integer(-32768)),
        ("2147483647", Value::Integer(2_147_483_647)),
        ("(-9223372036854775808)::int8", Value::Integer(i64::MIN)),
        ("4294967295::oid", Value::Integer(4_294_967_295)),
        ("0.1::float4", Value::Real(0.1)),
        ("0.1::float8", Value::Real(0.1)),
        ("'infinity'::float8", Value::Real(f64::INFINITY)),
        ("0::numeric", decimal("0")),
        ("0.00", decimal("0.00")),
        ("-0.0001", decimal("-0.0001")),
        ("1234567.8900", decimal("1234567.8900")),
        ("10000::numeric", decimal("10000")),
        ("100000000.00000001", decimal("100000000.00000001")),
        ("1e30::numeric", decimal("1000000000000000000000000000000")),
        ("1e-20::numeric", decimal("0.00000000000000000001")),
        ("-99999999999999999999999999.99::numeric(28,2)", decimal("-99999999999999999999999999.99")),
        ("1.5::public.amount", decimal("1.50")),
        ("'NaN'::numeric", text("NaN")),
        ("'-Infinity'::numeric", text("-Infinity")),
        ("'é'::text", text("é")),
        ("''::varchar", text("")),
        ("'ab'::char(4)", text("ab  ")),
        ("'a'::\"char\"", text("a")),
        ("'a'::name", text("a")),
        ("'très vif'::public.mood", text("très vif")),
        ("'2024-02-29'::date", date("2024-02-29")),
        ("'0001-01-01'::date", date("0001-01-01")),
        ("'9999-12-31'::date", date("9999-12-31")),
        ("'10000-01-01'::date", text("10000-01-01")),
        ("'0044-03-15 BC'::date", text("0044-03-15 BC")),
        ("'infinity'::date", text("infinity")),
        ("'-infinity'::date", text("-infinity")),
        ("'23:59:59.5'::time", text("23:59:59.5")),
        ("'24:00'::time", text("24:00:00")),
        ("'10:00+02:30'::timetz", text("10:00:00+02:30")),
        ("'1999-12-31 23:59:59.999999'::timestamp", timestamp("1999-12-31 23:59:59.999999")),
        ("'2024-07-01 12:00'::timestamp", timestamp("2024-07-01 12:00:00")),
        ("'2024-07-01 12:00+02'::timestamptz", timestamp("2024-07-01 10:00:00+00:00")),
        ("'infinity'::timestamptz", text("infinity")),
        ("'0044-03-15 12:00 BC'::timestamp", text("0044-03-15 12:00:00 BC")),
        ("'1 year 2 mons 3 days 04:05:06.7'::interval", text("1 year 2 mons 3 days 04:05:06.7")),
        ("'-1 year +2 days -00:00:01'::interval", text("-1 years +2 days -00:00:01")),
        ("'0'::interval", text("00:00:00")),
        ("'100:00:00'::interval", text("100:00:00")),
        ("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", text("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
        ("'{\"a\": 1}'::json", text("{\"a\": 1}")),
        ("'{\"b\":2,\"a\":[1]}'::jsonb", text("{\"a\": [1], \"b\": 2}")),
        ("'<a>é</a>'::xml", text("<a>é</a>")),
        ("'\\x00ff'::bytea", Value::Bytes(vec![0, 255])),
        ("'192.168.0.1'::inet", text("192.168.0.1")),
        ("'192.168.0.1/24'::inet", text("192.168.0.1/24")),
        ("'10.0.0.0/8'::cidr", text("10.0.0.0/8")),
        ("'10.0.0.1'::cidr", text("10.0.0.1/32")),
        ("'2001:db8::1'::inet", text("2001:db8::1")),
        ("'08:00:2b:01:02:03'::macaddr", text("08:00:2b:01:02:03")),
        ("B'10110'::bit(5)", text("10110")),
        ("''::varbit", text("")),
        ("'[1,5)'::int4range", text("[1,5)")),
        ("'(,5.5]'::numrange", text("(,5.5]")),
        ("'empty'::int4range", text("empty")),
        ("'[2024-01-01 00:00,)'::tsrange", text("[\"2024-01-01 00:00:00\",)")),
        ("'{1,NULL,-3}'::int[]", text("{1,NULL,-3}")),
        ("'{}'::int[]", text("{}")),
        ("'{{1,2},{3,4}}'::int8[]", text("{{1,2},{3,4}}")),
        ("ARRAY['a b', '', 'NULL', 'q\"u\\o', 'é']", text("{\"a b\",\"\",\"NULL\",\"q\\\"u\\\\o\",é}")),
        ("ARRAY[1.50, -2]::numeric[]", text("{1.50,-2}")),
        ("'{calm}'::public.moods", text("{calm}")),
        ("ARRAY['2024-01-01'::date]", text("{2024-01-01}")),
        ("ARRAY[true,false]", text("{t,f}")),
        ("ROW('rue, 5', 5, 'calm')::public.place", text("(\"rue, 5\",5,calm)")),
        ("ROW(1, NULL, 'a')", text("(1,,a)")),
        ("'fat cat'::tsvector", Value::Unsupported("tsvector".to_owned())),
        ("'12.50'::money", Value::Unsupported("money".to_owned())),
        ("'(1,2)'::point", Value::Unsupported("point".to_owned())),
        ("'public.items'::regclass", Value::Unsupported("regclass".to_owned())),
    ]
}

#[tokio::test]
async fn a_type_that_cannot_be_fetched_is_told_as_the_statement_s_fault() {
    let Some(server) = server(SCRIPT).await else { return };
    let target = target(&server);
    for sql in ["SELECT '{[1,3)}'::int4multirange AS v", "SELECT relacl FROM pg_class"] {
        let refused = run(&target, sql).await.expect_err(sql);
        assert!(matches!(refused, pstral_core::ports::TargetError::Rejected(_)), "{sql}: {refused:?}");
    }
    let text = run(&target, "SELECT '{[1,3)}'::int4multirange::text AS v").await.unwrap();
    assert_eq!(text.rows, [[Value::Text("{[1,3)}".to_owned())]]);
}

#[tokio::test]
async fn columns_are_described_without_a_row() {
    use ColumnKind::{Boolean, Date, Instant, Number, Text};
    let Some(server) = server(SCRIPT).await else { return };
    let none =
        run(&target(&server), "SELECT id, price, name, made_on, seen_at, live, id FROM public.items WHERE id < 0")
            .await;
    let none = none.unwrap();
    let kinds: Vec<ColumnKind> = none.columns.iter().map(|column| column.kind).collect();
    assert_eq!(kinds, [Number, Number, Text, Date, Instant, Boolean, Number]);
    assert_eq!((none.columns[6].name.as_str(), none.rows.len()), ("id", 0));
}

#[tokio::test]
async fn parameters_mean_what_they_say_whatever_their_type() {
    let Some(server) = server(SCRIPT).await else { return };
    let target = target(&server);
    let text = |text: &str| Value::Text(text.to_owned());
    let decimal = |text: &str| Value::Decimal(text.to_owned());
    let mut wrong = Vec::new();
    for (condition, value, found) in [
        ("id = :v", Value::Integer(1), true),
        ("id = :v", Value::Integer(5_000_000_000), false),
        ("id < :v", Value::Integer(5_000_000_000), true),
        ("id = :v", decimal("1.0"), true),
        ("id = :v", decimal("1.4"), false),
        ("id < :v", decimal("1.4"), true),
        ("id = :v", Value::Real(1.0), true),
        ("id = :v", text("1"), true),
        ("small = :v", Value::Integer(2), true),
        ("small < :v", Value::Integer(40_000), true),
        ("big = :v", Value::Integer(3), true),
        ("price = :v", decimal("4.5"), true),
        ("price = :v", decimal("4.500000000000000000001"), false),
        ("price = :v", Value::Real(4.5), true),
        ("price > :v", Value::Integer(4), true),
        ("weight = :v", decimal("0.1"), true),
        ("name = :v", text("cinq"), true),
        ("name = :v", text("'; DROP TABLE items; --"), false),
        ("name LIKE :v", text("c%"), true),
        ("code = :v", text("ab"), true),
        ("made_on = :v", text("2024-02-29"), true),
        ("made_on = :v", Value::Date("2024-02-29".to_owned()), true),
        ("made_on < :v", Value::Timestamp("2024-02-29 00:00:01".to_owned()), true),
        ("seen_at = :v", Value::Timestamp("2024-02-29 10:00:00+00:00".to_owned()), true),
        ("seen_at > :v", Value::Date("2024-02-29".to_owned()), true),
        ("felt = :v", text("calm"), true),
        ("tag = :v", text("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), true),
        ("live = :v", Value::Boolean(true), true),
        ("name = :v", Value::Null, false),
        (":v IS NULL", Value::Null, true),
        (":v IS NOT NULL", Value::Integer(1), true),
        ("made_on + :v > made_on", Value::Integer(1), true),
        ("id = :v OR name = 'x' OR id = :v", Value::Integer(1), true),
    ] {
        let sql = format!("SELECT id FROM public.items WHERE {condition}");
        let values = [("v", value.clone())];
        let ran = start_with(&target, &sql, &values, WIDE, CancellationToken::new());
        match async { drain(ran.await?).await }.await {
            Ok(whole) if whole.rows.is_empty() != found => {}
            other => wrong.push(format!("{condition} with {value:?}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    for (condition, values) in [("id = :v", vec![]), ("felt = :v", vec![("v", text("furious"))])] {
        let sql = format!("SELECT id FROM public.items WHERE {condition}");
        let refused = start_with(&target, &sql, &values, WIDE, CancellationToken::new()).await;
        assert!(matches!(refused.err(), Some(pstral_core::ports::TargetError::Rejected(_))), "{condition}");
    }
}
