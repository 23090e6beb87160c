//! `pstral eval`: measures answers against gold statements.

use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use pstral_core::domain::{Locale, Role};
use pstral_core::text::text;

use super::demo::prepare;
use super::log_to_stderr;
use super::out::{say, say_error};
use super::{Common, Ending, config};
use crate::config::{Config, Source};
use crate::eval::{self, Case, Difference, GoldError, Outcomes, Part, Recording, Run, Summary};
use crate::models::refuse_outside;

#[derive(Debug, Args)]
pub(super) struct EvalArgs {
    /// JSON lines of questions with gold statements, or the folder of Spider or BIRD (docs/eval.md)
    suite: PathBuf,
    /// The database to ask (default: the configuration's)
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// The model, instead of the configuration's
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// A second configuration, asked the same
    #[arg(long, value_name = "FILE")]
    compare: Option<PathBuf>,
    /// Ask again without this part, and tell what it is worth. Can be given more than once
    #[arg(long, value_name = "PART", value_enum)]
    ablate: Vec<Part>,
    /// Folder of the recorded answers and the report
    #[arg(long, value_name = "DIR", default_value = "eval")]
    output: PathBuf,
    /// Grade recorded answers only: no model is asked
    #[arg(long, conflicts_with = "fresh")]
    replay: bool,
    /// Forget the recorded answers first
    #[arg(long)]
    fresh: bool,
    /// Only cases with this tag. Can be given more than once
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Only the first cases
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Role of the person who asks
    #[arg(long, value_name = "ROLE", default_value = "member")]
    role: Role,
}

/// A run with its numbers.
struct Measured {
    outcomes: Outcomes,
    summary: Summary,
    model: String,
}

pub(super) async fn run(common: &Common, args: &EvalArgs) -> anyhow::Result<Ending> {
    let locale = common.locale();
    let shown = args.suite.display().to_string();
    let cases = if args.suite.is_dir() {
        eval::read_benchmark(&args.suite)?
    } else {
        match eval::parse(&fs::read_to_string(&args.suite).with_context(|| shown.clone())?) {
            Ok(cases) => cases,
            Err(errors) => {
                for error in errors {
                    say_error(&text("eval-suite-error").with("suite", &shown).with("error", error).render(locale));
                }
                return Ok(Ending::Usage);
            }
        }
    };
    let cases = chosen(cases, args);
    fs::create_dir_all(&args.output).with_context(|| args.output.display().to_string())?;
    let answers = args.output.join("answers.jsonl");
    let Some(first) = measure(common, common.source(), &answers, &cases, None, args).await? else {
        return Ok(Ending::Usage);
    };
    let second = match &args.compare {
        Some(file) => {
            let own = args.output.join("answers-compare.jsonl");
            // A change of the guard or of the correction is measured on the same answers.
            let answers = if args.replay && !own.exists() { &answers } else { &own };
            let source = Source::File(file.clone());
            let Some(second) = measure(common, source, answers, &cases, None, args).await? else {
                return Ok(Ending::Usage);
            };
            Some(second)
        }
        None => None,
    };
    let mut without = Vec::new();
    for part in &args.ablate {
        let own = args.output.join(format!("answers-without-{}.jsonl", part.word()));
        // Where the model was asked nothing else, its answers are the same.
        let answers = if part.comes_after() { &answers } else { &own };
        let Some(measured) = measure(common, common.source(), answers, &cases, Some(*part), args).await? else {
            return Ok(Ending::Usage);
        };
        without.push((*part, measured));
    }
    report(&shown, &first, second.as_ref(), &without, &args.output, locale)?;
    Ok(Ending::Fine)
}

/// The cases to ask, in their order: what a chosen one follows is asked too.
fn chosen(cases: Vec<Case>, args: &EvalArgs) -> Vec<Case> {
    let is_tagged = |case: &Case| args.tag.is_empty() || case.tags.iter().any(|tag| args.tag.contains(tag));
    let is_of_target = |case: &Case| match (&case.database, &args.target) {
        (Some(database), Some(target)) => database.name == *target,
        _ => true,
    };
    let mut kept: Vec<Case> = Vec::new();
    // From the last one on, so that a conversation is known before its beginning is met.
    let of_target: Vec<Case> = cases.into_iter().filter(is_of_target).take(args.limit.unwrap_or(usize::MAX)).collect();
    for case in of_target.into_iter().rev() {
        let is_followed = kept.last().is_some_and(|next| next.after.as_ref() == Some(&case.id));
        if is_tagged(&case) || is_followed {
            kept.push(case);
        }
    }
    kept.reverse();
    kept
}

/// Asks and grades the cases under a configuration; nothing if that cannot be used, which was printed.
async fn measure(
    common: &Common,
    source: Source,
    answers: &Path,
    cases: &[Case],
    without: Option<Part>,
    args: &EvalArgs,
) -> anyhow::Result<Option<Measured>> {
    let locale = common.locale();
    let folder = tempfile::tempdir().context("no folder for the state")?;
    let is_demo = matches!(source, Source::Demo);
    // Paths of a configuration are inside its own data folder; the demo has no data but what is made for it.
    let data = if is_demo { Some(folder.path()) } else { common.data.as_deref() };
    let mut config = match crate::config::load(&source, data) {
        Ok(config) => config,
        Err(faults) => {
            config::print_faults(&faults, locale);
            return Ok(None);
        }
    };
    let _log = log_to_stderr(&config.log);
    if is_demo {
        prepare(&config)?;
    }
    if let Some(model) = &args.model {
        config.model.name.clone_from(model);
    }
    if !args.replay {
        refuse_outside(&config.model).await?;
    }
    let target = target(&config, args);
    if target.is_none() && cases.iter().any(|case| case.database.is_none()) {
        say_error(&text("eval-no-target").render(locale));
        return Ok(None);
    }
    if let Some(part) = without {
        part.take_from(&mut config, folder.path())?;
    }
    if args.fresh && answers.exists() && !without.is_some_and(Part::comes_after) {
        fs::remove_file(answers).with_context(|| answers.display().to_string())?;
    }
    let model = config.model.name.clone();
    let run = Run {
        cases,
        target: target.as_deref(),
        role: args.role.clone(),
        recording: Recording::open(answers, &model)?,
        only_recorded: args.replay,
    };
    let (mut done, mut right) = (0, 0);
    let outcomes = eval::run(&config, &run, |is_right| {
        (done, right) = (done + 1, right + usize::from(is_right));
        progress(done, cases.len(), right);
    })
    .await?;
    let summary = Summary::of(&outcomes.graded);
    Ok(Some(Measured { outcomes, summary, model }))
}

/// The database that is asked: the one that was named, the configuration's, or the only one.
fn target(config: &Config, args: &EvalArgs) -> Option<String> {
    let only = || config.targets.keys().next().filter(|_| config.targets.len() == 1);
    let named = args.target.as_ref().or(config.default_target.as_ref()).or_else(only);
    named.filter(|name| config.targets.contains_key(*name)).cloned()
}

/// One line on a terminal, written over; nothing elsewhere.
fn progress(done: usize, all: usize, right: usize) {
    let mut out = std::io::stderr().lock();
    if out.is_terminal() {
        let end = if done == all { "\n" } else { "" };
        let _ = write!(out, "\r{done}/{all} · {right} ✓{end}");
        let _ = out.flush();
    }
}

fn report(
    suite: &str,
    first: &Measured,
    second: Option<&Measured>,
    without: &[(Part, Measured)],
    folder: &Path,
    locale: Locale,
) -> anyhow::Result<()> {
    let difference = second.map(|second| Difference::of(&first.outcomes.graded, &second.outcomes.graded));
    let mut lines = lines(first, second.zip(difference), locale);
    for (part, measured) in without {
        let label = text("eval-without").with("part", part.word()).render(locale);
        let Difference { points, low, high, .. } = Difference::of(&first.outcomes.graded, &measured.outcomes.graded);
        let tokens = measured.summary.prompt_tokens.map(|tokens| format!(", {tokens:.0} tokens")).unwrap_or_default();
        lines.push((label, format!("{}, {points:+.1} [{low:+.1}; {high:+.1}]{tokens}", measured.summary.right)));
    }
    let width = lines.iter().map(|(label, _)| label.chars().count()).max().unwrap_or_default();
    for (label, value) in &lines {
        say(&format!("{label:width$}  {value}"));
    }
    let json = serde_json::json!({
        "suite": suite,
        "model": first.model,
        "summary": first.summary,
        "cases": first.outcomes.graded,
        "left_out": first.outcomes.left_out,
        "compared": second.map(|second| serde_json::json!({
            "model": second.model, "summary": second.summary, "cases": second.outcomes.graded, "difference": difference,
        })),
        "without": without.iter().map(|(part, measured)| serde_json::json!({
            "part": part.word(), "summary": measured.summary, "cases": measured.outcomes.graded,
            "difference": Difference::of(&first.outcomes.graded, &measured.outcomes.graded),
        })).collect::<Vec<_>>(),
    });
    let write = |name: &str, content: String| {
        let path = folder.join(name);
        fs::write(&path, content).with_context(|| path.display().to_string())?;
        say(&format!("→ {}", std::path::absolute(&path).unwrap_or(path).display()));
        anyhow::Ok(())
    };
    write("report.json", serde_json::to_string_pretty(&json)?)?;
    let title = format!("{suite} · {}", first.model);
    let other = second.map(|second| &second.summary).zip(difference);
    write("report.html", eval::page(&title, (&first.outcomes.graded, &first.summary), other, &lines, locale)?)
}

/// The numbers that a person reads first, with their labels; a second run stands behind the first.
fn lines(first: &Measured, second: Option<(&Measured, Difference)>, locale: Locale) -> Vec<(String, String)> {
    let mut lines: Vec<(String, String)> = Vec::new();
    let mut line = |key: &'static str, value: &dyn Fn(&Measured) -> Option<String>| {
        let values = [Some(first), second.map(|(second, _)| second)].into_iter().flatten().map(value);
        let values: Vec<String> = values.map(|value| value.unwrap_or_else(|| "–".to_owned())).collect();
        lines.push((text(key).render(locale), values.join("  |  ")));
    };
    let percent = |share: Option<f64>| share.map(|share| format!("{:.1} %", 100.0 * share));
    line("eval-model", &|run| Some(run.model.clone()));
    line("eval-right", &|run| Some(run.summary.right.to_string()));
    line("eval-rows", &|run| Some(format!("{}, +{}", run.summary.rows, run.summary.wider)));
    line("eval-valid", &|run| Some(run.summary.valid.to_string()));
    line("eval-refused", &|run| {
        let rules = run.summary.refused.iter().map(|(rule, count)| format!("{rule} {count}"));
        Some(rules.collect::<Vec<_>>().join(", ")).filter(|rules| !rules.is_empty())
    });
    line("eval-failed", &|run| Some(run.summary.failed_to_run.to_string()));
    line("eval-corrected", &|run| Some(run.summary.corrected.to_string()));
    line("eval-verified", &|run| Some(run.summary.verified.to_string()));
    line("eval-asked", &|run| Some(format!("{}, −{}", run.summary.asked_back, run.summary.asked_back_wrongly)));
    line("eval-abstained", &|run| Some(format!("{}, −{}", run.summary.abstained, run.summary.abstained_wrongly)));
    line("eval-unanswered", &|run| Some(run.summary.unanswered.to_string()));
    if !first.outcomes.left_out.is_empty() {
        line("eval-left-out", &|run| {
            let left_out = &run.outcomes.left_out;
            let refused = left_out.iter().filter(|one| matches!(one.fault, GoldError::Refused(_))).count();
            Some(format!("{refused}, {}", left_out.len() - refused))
        });
    }
    line("eval-tables", &|run| percent(run.summary.table_recall));
    line("eval-columns", &|run| percent(run.summary.column_recall));
    line("eval-tokens", &|run| Some(format!("{:.0} + {:.0}", run.summary.prompt_tokens?, run.summary.answer_tokens?)));
    line("eval-times", &|run| {
        let seconds = |ms: u64| std::time::Duration::from_millis(ms).as_secs_f64();
        Some(format!("{:.1} s, {:.1} s", seconds(run.summary.first_ms?), seconds(run.summary.total_ms?)))
    });
    if let Some((_, Difference { points, low, high, gained, lost })) = second {
        let value = format!("{points:+.1} [{low:+.1}; {high:+.1}], +{gained} −{lost}");
        lines.push((text("eval-difference").render(locale), value));
    }
    for (name, share) in first.summary.by_language.iter().chain(&first.summary.by_tag) {
        let beside = second
            .and_then(|(second, _)| second.summary.by_language.get(name).or_else(|| second.summary.by_tag.get(name)));
        let beside = beside.map(|share| format!("  |  {share}")).unwrap_or_default();
        lines.push((format!("· {name}"), format!("{share}{beside}")));
    }
    lines
}
