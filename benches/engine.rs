//! How long the engine takes for one woman's answers: `engine_60x30`, a made-up form of 60 questions, 3 scores and 30
//! rules, and the whole pre-analgesia form with all its rules.
//!
//! Times depend on the machine, so each also stands as a ratio to reading the same answers from JSON text in the same
//! run: what no service that takes answers can do without.

use std::hint::black_box;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use muan::questionnaire::{Context, Form, Mode, Phase, assess, compile};
use serde_json::{Map, Value, json};

// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 10_000;
/// Rounds before the counting ones: caches and the allocator settle.
const WARM_UP: usize = 1_000;

fn main() -> ExitCode {
    // Tests that take in every target start this program as well, but without this argument.
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("only `cargo bench` measures");
        return ExitCode::SUCCESS;
    }
    for case in [synthetic(), real()] {
        match case.and_then(|case| case.measure()) {
            Ok(lines) => println!("{lines}"),
            Err(reason) => {
                eprintln!("{reason}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// A form with one full set of answers.
struct Case {
    name: &'static str,
    form: Arc<Form>,
    response: Value,
    context: Context,
}

impl Case {
    fn new(
        name: &'static str,
        (form, rules): (&Value, &Value),
        flat: &Map<String, Value>,
        context: Context,
    ) -> Result<Self, String> {
        let form = compile(form, Some(rules)).map_err(|faults| format!("{name}: {faults:?}"))?;
        let response = form.response_from_flat(flat);
        Ok(Self {
            name,
            form,
            response,
            context,
        })
    }

    fn measure(&self) -> Result<String, String> {
        let text = self.response.to_string();
        let checked = self.form.check(&self.response, Mode::Submit, &self.context);
        if !checked.errors.is_empty() {
            // Refused answers would measure the refusal.
            return Err(format!("{}: {:?}", self.name, checked.errors));
        }
        let parse = timed(|| serde_json::from_str::<Value>(&text).is_ok());
        // As the service does: what was read from the body is handed over.
        let sent = || self.response.clone();
        let check = timed_on(sent, |sent| self.form.judge(sent, Mode::Submit, &self.context));
        let assessed = timed(|| assess(&self.form, &checked.answers, &self.context));
        let both = timed_on(sent, |sent| {
            let checked = self.form.judge(sent, Mode::Submit, &self.context);
            let assessed = assess(&self.form, &checked.answers, &self.context);
            (checked, assessed)
        });
        let steps = [
            ("parse", &parse),
            ("check", &check),
            ("assess", &assessed),
            ("check+assess", &both),
        ];
        let lines = steps.map(|(step, times)| {
            let ratio = times.p50.as_secs_f64() / parse.p50.as_secs_f64();
            format!(
                "{} {step}: p50 {:.1} µs, p95 {:.1} µs, {ratio:.2} × parse",
                self.name,
                micros(times.p50),
                micros(times.p95)
            )
        });
        let size = format!(
            "{}: {} questions, {} rules, {} bytes of answers, {ROUNDS} rounds",
            self.name,
            self.form.questions().count(),
            self.form.rules().count(),
            text.len()
        );
        Ok([vec![size], lines.to_vec()].concat().join("\n"))
    }
}

struct Times {
    p50: Duration,
    p95: Duration,
}

fn timed<T>(mut step: impl FnMut() -> T) -> Times {
    timed_on(|| (), |()| step())
}

/// Times `step` without what makes its input.
fn timed_on<I, T>(input: impl Fn() -> I, mut step: impl FnMut(I) -> T) -> Times {
    for _ in 0..WARM_UP {
        black_box(step(input()));
    }
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let given = black_box(input());
            let begin = Instant::now();
            let result = black_box(step(given));
            let time = begin.elapsed();
            drop(result);
            time
        })
        .collect();
    times.sort_unstable();
    let at = |percent: usize| times.get(ROUNDS * percent / 100).copied().unwrap_or_default();
    Times {
        p50: at(50),
        p95: at(95),
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn at(time: &str) -> Result<Context, String> {
    let now = time.parse().map_err(|error| format!("{time}: {error}"))?;
    Ok(Context::at(now))
}

/// The re-check of a healthy woman: the phase in which most is asked.
fn real() -> Result<Case, String> {
    let file = |ending: &str| -> Result<Value, String> {
        let path = format!(
            "{}/content/questionnaires/pre-analgesia/1.0.0{ending}",
            env!("CARGO_MANIFEST_DIR")
        );
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))
    };
    let vectors = file(".vectors.json")?;
    let mut flat = Map::new();
    for base in ["base", "recheck_base"] {
        let members = vectors.get(base).and_then(Value::as_object).cloned();
        flat.extend(members.ok_or_else(|| format!("the vectors have no {base}"))?);
    }
    let context = at("2025-10-05T00:00:00Z")?.in_phase(Phase::Recheck);
    Case::new(
        "pre-analgesia",
        (&file(".json")?, &file(".rules.json")?),
        &flat,
        context,
    )
}

const FORM: &str = "https://muan.invalid/fhir/Questionnaire/synthetic";
const CODES: [&str; 4] = ["a", "b", "c", "d"];

/// Ten rounds of six questions: boolean, integer, decimal, choice, choice with several answers, date. From the second
/// round on the last three are asked when the boolean is true, which it is.
fn synthetic() -> Result<Case, String> {
    let mut items = Vec::new();
    let mut flat = Map::new();
    let mut rules = Vec::new();
    for round in 0..10 {
        let id = |name: &str| format!("{name}{round}");
        let shown = json!([{"question": id("yes"), "operator": "=", "answerBoolean": true}]);
        let shown = if round == 0 { json!([]) } else { shown };
        let limits = |kind: &str| json!([limit("minValue", kind, 0), limit("maxValue", kind, 300)]);
        for (name, members, answer) in [
            ("yes", json!({"type": "boolean", "required": true}), json!(true)),
            (
                "whole",
                json!({"type": "integer", "required": true, "extension": limits("Integer")}),
                json!(20 + round),
            ),
            (
                "part",
                json!({"type": "decimal", "required": true, "extension": limits("Decimal")}),
                json!(160.5),
            ),
            (
                "one",
                json!({"type": "choice", "required": true, "enableWhen": shown, "answerOption": options()}),
                json!("b"),
            ),
            (
                "many",
                json!({"type": "choice", "repeats": true, "enableWhen": shown, "answerOption": options()}),
                json!(["a", "c"]),
            ),
            (
                "day",
                json!({"type": "date", "enableWhen": shown}),
                json!("1996-03-12"),
            ),
        ] {
            let mut item = json!({"linkId": id(name), "text": "问题", "_text": english("Question")});
            if let (Some(item), Value::Object(members)) = (item.as_object_mut(), members) {
                item.extend(members);
            }
            items.push(item);
            flat.insert(id(name), answer);
        }
        let conditions = [
            json!({"all": [{"item": id("whole"), ">=": 10}, {"item": id("whole"), "<": 25}, {"item": id("yes"), "is": true}]}),
            json!({"any": [{"item": id("one"), "in": ["c", "d"]}, {"score": "bmi", ">=": 40},
                {"atLeast": {"n": 2, "of": [{"item": id("many"), "has": "a"}, {"item": id("many"), "has": "c"},
                    {"daysSince": id("day"), "<": 28}]}}]}),
            json!({"all": [{"not": {"item": id("part"), ">": 200}}, {"score": "sum", ">": 2}, {"score": "age", ">=": 35}]}),
        ];
        for (nth, when) in conditions.into_iter().enumerate() {
            rules.push(
                json!({"id": format!("R{round}-{nth}"), "level": "high", "when": when, "staff": "staff",
                "patient": {"zh": "患者", "en": "patient"}, "source": "none", "confirmed": true}),
            );
        }
    }
    let form = json!({"resourceType": "Questionnaire", "url": FORM, "version": "1.0.0", "status": "active",
        "title": "合成", "_title": english("Synthetic"), "item": items});
    let table = json!({"form": format!("{FORM}|1.0.0"), "version": "1.0.0", "levels": ["none", "high"], "rules": rules,
        "scores": [
            {"id": "bmi", "kind": "bmi", "weightKg": "whole0", "heightCm": "part0"},
            {"id": "age", "kind": "ageYears", "birth": "day0"},
            {"id": "sum", "kind": "ordinalSum", "items": ["one0", "one1", "one2"]}]});
    Case::new(
        "engine_60x30",
        (&form, &table),
        &flat,
        at("2025-09-01T02:00:00Z")?,
    )
}

fn limit(name: &str, kind: &str, value: i32) -> Value {
    let mut limit = json!({"url": format!("http://hl7.org/fhir/StructureDefinition/{name}")});
    if let Some(members) = limit.as_object_mut() {
        members.insert(format!("value{kind}"), json!(value));
    }
    limit
}

fn options() -> Vec<Value> {
    let numbered = CODES.iter().enumerate();
    numbered
        .map(|(ordinal, code)| {
            json!({"valueCoding": {"code": code, "display": "选项", "_display": english("Option")},
                "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": ordinal}]})
        })
        .collect()
}

fn english(text: &str) -> Value {
    json!({"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": [
        {"url": "lang", "valueCode": "en"}, {"url": "content", "valueString": text}]}]})
}
