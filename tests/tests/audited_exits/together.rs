//! Many runs at one time.

use std::collections::BTreeMap;
use std::time::Duration;

use fastroai::audit::Record;
use fastroai::providers::ModelError;
use fastroai_providers::error::ProviderFault;
use tests::folder::Folder;
use tests::scripted::{Scripted, Step, call, text};

use super::rig::{agent, assert_whole, records, runtime, word};

/// How many runs of each kind there are.
const EACH: usize = 10;

/// A model of its own for each run, so that every run follows its own script.
fn script(id: &str, number: usize) -> Scripted {
    let fault = || ModelError::provider_fault(ProviderFault::Authentication, "no");
    let steps = match number % 5 {
        0 => vec![call("a", "double", r#"{"n":21}"#), text("42")],
        1 => vec![Step::Fail(fault())],
        2 | 3 => vec![Step::Hang],
        _ => Vec::new(),
    };
    Scripted::new(id, steps)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_runs_at_one_time_are_each_closed_in_a_chain_that_holds() {
    let folder = Folder::new();
    let models: Vec<_> = (0..EACH * 5).map(|number| format!("test:{number}")).collect();
    let first = script(&models[0], 0);
    let mut builder = runtime(&first, &folder.trail());
    for (number, model) in models.iter().enumerate().skip(1) {
        builder = builder.model(script(model, number));
    }
    let on = builder.build();
    let runs = models.into_iter().enumerate().map(|(number, model)| {
        let on = on.clone();
        tokio::spawn(async move {
            let agent = agent().build().unwrap();
            let run = agent.run("Go").on(&on).run_id(format!("r{number}"));
            let short = Duration::from_millis(50);
            match number % 5 {
                2 => drop(run.model(model).timeout(short).await),
                3 => drop(tokio::time::timeout(short, run.model(model)).await),
                4 => drop(run.model("nobody:knows").await),
                _ => drop(run.model(model).await),
            }
        })
    });
    for run in runs.collect::<Vec<_>>() {
        run.await.unwrap();
    }
    drop(on);
    let records = records(&folder.trail());
    assert!(records.iter().zip(1..).all(|(record, number)| record.number == number));
    let mut of_runs: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    for record in records {
        of_runs.entry(record.run.clone().unwrap()).or_default().push(record);
    }
    assert_eq!(of_runs.len(), EACH * 5);
    for (id, records) in of_runs {
        let number: usize = id.trim_start_matches('r').parse().unwrap();
        let hows = ["answered", "provider", "deadline", "dropped", "config"];
        assert_whole(&records, hows[number % 5]);
        // Each run's own records are in the order in which it did things.
        let opened =
            records.iter().filter(|it| it.kind == "model.asked" || it.kind == "tool.called");
        for opened in opened {
            let after = records.iter().find(|it| it.number > opened.number).unwrap();
            let is_end = ["model.ended", "tool.ended"].contains(&after.kind.as_str());
            assert!(is_end, "{}", word(after));
        }
    }
}
