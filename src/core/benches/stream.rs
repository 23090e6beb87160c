//! What an answer costs on its way from the model to messages: a token of one that is being written, and all of it.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use pstral_core::domain::{Length, LengthUnit};
use pstral_core::egress::{Neutralizer, Splitter, Splitting, ThinkingFilter, split};
use pstral_core::extract::statements;

const BY: Splitting = Splitting { length: Length { most: 2_000, unit: LengthUnit::Utf16 }, most: usize::MAX };

fn answer(bytes: usize) -> String {
    let piece = "Voici les clients de Lyon, avec [leur page](https://example.org/c?id=12) et `leur code`.\n\n```sql\nSELECT \
                 name, city\nFROM clients\nWHERE city = 'Lyon'\n```\n\n| nom | ville |\n|---|---|\n| Müller | Lyon |\n\n";
    piece.repeat(bytes / piece.len() + 1)
}

fn stream(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a stream");
    let half: String = answer(1_900).chars().take(1_500).collect();
    let begun = || {
        let (mut filter, mut disarmer, mut splitter) =
            (ThinkingFilter::default(), Neutralizer::default(), Splitter::new(BY));
        splitter.push(&disarmer.push(&filter.push(&half)));
        (filter, disarmer, splitter)
    };
    group.bench_function("a token", |bencher| {
        let token = |(mut filter, mut disarmer, mut splitter): (ThinkingFilter, Neutralizer, Splitter)| {
            splitter.push(&disarmer.push(&filter.push(" clients")))
        };
        bencher.iter_batched(begun, token, BatchSize::SmallInput);
    });
    group.bench_function("an edit", |bencher| {
        let (.., splitter) = begun();
        bencher.iter(|| splitter.open());
    });
    let long = answer(100_000);
    group.bench_function("100 kB filtered", |bencher| bencher.iter(|| ThinkingFilter::default().push(&long)));
    group.bench_function("100 kB neutralized", |bencher| bencher.iter(|| Neutralizer::default().push(&long)));
    group.bench_function("100 kB split", |bencher| bencher.iter(|| split(&long, BY)));
    group.bench_function("100 kB searched for statements", |bencher| bencher.iter(|| statements(&long)));
    for (name, text) in [("1 MB without a blank", "x".repeat(1 << 20)), ("1 MB of brackets", "](".repeat(1 << 19))] {
        group.bench_function(name, |bencher| bencher.iter(|| split(&text, BY)));
    }
    group.finish();
}

criterion_group!(benches, stream);
criterion_main!(benches);
