//! One hospital, a staff account of each role, and sixty made-up women who walked to where they are.
//!
//! Fixed seed, moved clock: their due dates are spread over half a year around today, each takes her steps when a
//! woman would, and the seeding ends now. So every record is one that the system could have produced.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Map, Value, json};

use super::walk::{Person, Stopped, Walker, Woman};
use super::walk_labor::{Birth, CALM};
use crate::app;
use crate::base::{Clock, Role};
use crate::ctx::Ctx;
use crate::people::model::Settings;
use crate::people::{StaffDraft, admin};
use crate::wechat::simulator::Simulator;

/// The demo's hospital, as typed at log-in.
pub const FACILITY: &str = "demo";
/// The password of every demo account.
pub const PASSWORD: &str = "muan-demo-2026";
/// How many women.
pub const WOMEN: i64 = 60;

/// An account of the demo.
pub struct Account {
    /// What is typed at log-in.
    pub username: &'static str,
    /// Name.
    pub name: &'static str,
    /// Role.
    pub role: Role,
}

/// One of each role.
pub const ACCOUNTS: &[Account] = &[
    Account {
        username: "lin",
        name: "林静",
        role: Role::Midwife,
    },
    Account {
        username: "sun",
        name: "孙岚",
        role: Role::Obstetrician,
    },
    Account {
        username: "zhao",
        name: "赵明",
        role: Role::Anesthesiologist,
    },
    Account {
        username: "qian",
        name: "钱敏",
        role: Role::Quality,
    },
    Account {
        username: "wu",
        name: "吴刚",
        role: Role::Admin,
    },
];

/// Days from the first due date to the last.
const SPREAD: i64 = 130;
/// The earliest due date, days before now.
const EARLIEST: i64 = 60;

#[derive(Clone, Copy, Debug)]
enum Step {
    Register,
    Learn,
    Assess,
    Decide,
    Consent,
    Birth,
    FollowUp24,
    FollowUp72,
    FollowUp7,
}

/// From the end of the pump until she raises her legs, seconds: within four hours of the last dose.
const LEGS: i64 = 3 * 3600 + 1800;

/// Steps with their time before (minus) or after the due date's birth, hours.
const WAY: [(Step, i64); 9] = [
    (Step::Register, -72 * 24),
    (Step::Learn, -62 * 24),
    (Step::Assess, -55 * 24),
    (Step::Decide, -53 * 24),
    (Step::Consent, -19 * 24),
    (Step::Birth, 0),
    (Step::FollowUp24, 30),
    (Step::FollowUp72, 66),
    (Step::FollowUp7, 7 * 24 + 6),
];

struct Planned {
    at: DateTime<Utc>,
    woman: usize,
    step: Step,
}

/// Where the clock of the seeding begins, so that its end is now.
pub fn beginning() -> Clock {
    Clock::starting_at(Clock::system().now() - Duration::days(EARLIEST + 75))
}

/// Fills an empty database; says on standard error how far it is.
pub async fn fill(ctx: &Ctx, simulator: &Simulator) -> Result<(), Stopped> {
    staff(ctx).await?;
    let service = app::endpoint(ctx);
    let walker = Walker::new(ctx, &service, simulator, FACILITY, PASSWORD);
    walker.stock().await?;
    let now = Clock::system().now();
    let mut luck = StdRng::seed_from_u64(20_250_519);
    let mut plan = Vec::new();
    let mut people = Vec::new();
    for index in 0..WOMEN {
        let due = now + Duration::days(SPREAD * index / WOMEN - EARLIEST);
        people.push(person(index, due, &mut luck));
        let birth = due - Duration::hours(luck.random_range(0..60));
        plan.extend(WAY.iter().map(|&(step, hours)| Planned {
            at: birth + Duration::hours(hours) + Duration::minutes(luck.random_range(0..240)),
            woman: index as usize,
            step,
        }));
    }
    plan.retain(|planned| planned.at < now - Duration::hours(12));
    plan.sort_by_key(|planned| planned.at);
    let mut women: Vec<Option<Woman>> = people.iter().map(|_| None).collect();
    let steps = plan.len();
    for (done, planned) in plan.into_iter().enumerate() {
        if done % 20 == 0 {
            eprintln!(
                "making {WOMEN} synthetic women: {} of 100",
                done * 100 / steps.max(1)
            );
        }
        let ahead = (planned.at - ctx.clock.now()).num_seconds();
        if ahead > 0 {
            walker.wait(ahead).await?;
        }
        let Some((slot, person)) = women.get_mut(planned.woman).zip(people.get(planned.woman)) else {
            continue;
        };
        take(&walker, slot, person, planned.woman, planned.step).await?;
    }
    // What became due since the last step is done by the seeding, not by the first start.
    walker.wait((now - ctx.clock.now()).num_seconds().max(0)).await?;
    Ok(())
}

/// The hospital and an account of each role.
pub async fn staff(ctx: &Ctx) -> Result<(), Stopped> {
    admin::add_facility(ctx, FACILITY, "母安示范医院", "010-12345678", Settings::default()).await?;
    for account in ACCOUNTS {
        let draft = StaffDraft {
            username: account.username.to_owned(),
            name: account.name.to_owned(),
            license: (account.role == Role::Anesthesiologist).then(|| "110110000012345".to_owned()),
            title: "主治医师".to_owned(),
            role: account.role,
            senior: account.role == Role::Anesthesiologist,
            grants: Vec::new(),
            consent_privilege: None,
            disabled: false,
        };
        let new = admin::add_staff(ctx, FACILITY, draft, Some(PASSWORD.to_owned())).await?;
        admin::qualify(ctx, &new.staff).await?;
    }
    Ok(())
}

/// A made-up woman: common surnames and given names put together by chance, numbers of no network.
fn person(index: i64, due: DateTime<Utc>, luck: &mut StdRng) -> Person {
    const SURNAMES: [&str; 12] = [
        "王", "李", "张", "刘", "陈", "杨", "黄", "周", "吴", "徐", "欧阳", "古丽",
    ];
    const GIVEN: [&str; 12] = [
        "小雨", "静怡", "晓梅", "丽娜", "雅婷", "思琪", "雪", "慧敏", "佳", "文静", "海燕", "玉兰",
    ];
    let mut pick = |words: &[&'static str; 12]| words.get(luck.random_range(0..12)).copied().unwrap_or("王");
    let name = format!("{}{}", pick(&SURNAMES), pick(&GIVEN));
    let year = 2026 - 22 - (index % 16);
    Person {
        openid: format!("o-demo-{index:03}"),
        name,
        phone: format!("1990000{index:04}"),
        birth_date: format!("{year}-{:02}-{:02}", 1 + index % 12, 1 + index % 28),
        edd: crate::base::clock::clinic_date(due).to_string(),
    }
}

/// What differs between the women: every third has something that a clinic must look at, every seventh does not know
/// her blood pressure.
fn answers(person: &Person, index: usize, today: NaiveDate) -> Map<String, Value> {
    let mut answers = super::healthy::answers(person);
    let mut set = |item: &str, value: Value| {
        answers.insert(item.to_owned(), value);
    };
    if !index.is_multiple_of(7) {
        set("pe.bp_known", json!(true));
        set("pe.bp_date", json!(today));
        set("pe.sbp", json!(112));
        set("pe.dbp", json!(72));
    }
    match index % 9 {
        0 => {
            set("spn.cond", json!(["scoliosis"]));
            set("spn.cobb", json!("moderate"));
        }
        3 => set("preg.conditions", json!(["gdm"])),
        5 => set("neu.new_headache", json!(true)),
        6 => {
            set("alg.agent", json!(["antibiotic"]));
            set("alg.reaction", json!("rash"));
        }
        8 => set("prf.fear", json!(["needle", "backache"])),
        _ => {}
    }
    answers
}

async fn take(
    walker: &Walker<'_>,
    slot: &mut Option<Woman>,
    person: &Person,
    index: usize,
    step: Step,
) -> Result<(), Stopped> {
    if matches!(step, Step::Register) {
        *slot = Some(walker.register(person.clone()).await?);
        return Ok(());
    }
    // Whoever was due before the seeding's beginning was never here.
    let Some(woman) = slot.as_mut() else { return Ok(()) };
    walker.reopen(woman).await?;
    match step {
        Step::Register => {}
        Step::Learn => walker.required_lessons(woman).await?,
        Step::Assess => {
            let answers = answers(person, index, walker.today());
            walker.assessment(woman, &answers).await?;
        }
        // Every tenth still waits for a decision.
        Step::Decide if index % 10 == 7 => {}
        Step::Decide => {
            let plan = json!({ "technique": "epidural", "asa_class": 2 });
            let decision = json!({ "outcome": "cleared", "summary": "目前可以使用分娩镇痛，入院时医生会再确认。", "plan": plan });
            walker.decide(woman, decision).await?;
        }
        // Who wants no analgesia is not led through a consent.
        Step::Consent if !has_analgesia(index) => {}
        Step::Consent => walker.consent(woman).await?,
        Step::Birth => birth(walker, woman, person, index).await?,
        // Follow-up is of those who had a block.
        Step::FollowUp24 | Step::FollowUp72 | Step::FollowUp7 if !has_analgesia(index) => {}
        Step::FollowUp24 => {
            let mut changes = Map::new();
            if index % 12 == 4 {
                changes.insert("fu.headache".to_owned(), json!("moderate"));
                changes.insert("fu.headache_start".to_owned(), json!(walker.now()));
                changes.insert("fu.headache_posture".to_owned(), json!("yes"));
                changes.insert("fu.headache_with".to_owned(), json!(["none"]));
                changes.insert("fu.headache_score".to_owned(), json!(5));
            }
            walker.follow_up(woman, "follow-up-f24", &changes).await?;
            if index % 5 != 2 {
                walker.survey(woman, if index % 7 == 3 { 3 } else { 5 }).await?;
            }
        }
        Step::FollowUp72 if index % 6 == 1 => {}
        Step::FollowUp72 => {
            walker.follow_up(woman, "follow-up-f72", &Map::new()).await?;
        }
        Step::FollowUp7 if index % 4 == 1 => {}
        Step::FollowUp7 => {
            walker.follow_up(woman, "follow-up-f7", &Map::new()).await?;
        }
    }
    Ok(())
}

/// Every fifth woman has no analgesia, and nobody whose assessment still waits.
fn has_analgesia(index: usize) -> bool {
    index % 5 != 1 && index % 10 != 7
}

/// From the admission to the end of the pump.
async fn birth(walker: &Walker<'_>, woman: &mut Woman, person: &Person, index: usize) -> Result<(), Stopped> {
    walker.admit(woman).await?;
    let analgesia = has_analgesia(index);
    if analgesia {
        let answers = answers(person, index, walker.today());
        walker.recheck(woman, &answers).await?;
        walker.bedside(woman).await?;
        walker.request(woman).await?;
        walker.wait(9 * 60).await?;
        walker.block(woman).await?;
        walker.wait(58 * 60).await?;
        walker
            .observe(woman, if index % 8 == 5 { "5" } else { "2" })
            .await?;
    }
    walker.wait(2 * 3600).await?;
    let birth = match index % 11 {
        4 => Birth {
            mode: "cesarean_intrapartum",
            apgar: (8, 9),
        },
        8 => Birth {
            mode: "vacuum",
            apgar: (7, 9),
        },
        _ => CALM,
    };
    walker.deliver(woman, birth).await?;
    if analgesia {
        let stop = walker.stop(woman).await?;
        walker.wait(LEGS).await?;
        walker.raise_legs(woman, stop).await?;
    }
    Ok(())
}
