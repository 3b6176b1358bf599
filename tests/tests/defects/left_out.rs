//! The tests themselves: what they leave out.

use std::fs;
use std::path::Path;

/// Those of pipelines, of which there are none yet.
const LATER: [u32; 12] = [16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 27, 28];

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

#[test]
fn defect_46_each_defect_has_a_test_and_no_test_waits_for_a_key() {
    let mut found = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"), &mut found);
    for number in (1..=45).filter(|number| !LATER.contains(number)) {
        let named = format!("defect_{number}_");
        let is_tested = |(_, text): &(String, String)| {
            text.lines().any(|line| line.contains("fn ") && line.contains(&named))
        };
        assert!(found.iter().any(is_tested), "defect {number} has no test");
    }
    for (path, text) in &found {
        for left_out in text.split("#[ignore").skip(1) {
            let is_named_here = left_out.starts_with("\")");
            let by_others = left_out.starts_with(" = \"run by others");
            assert!(by_others || is_named_here, "{path} leaves a test out");
        }
        let asks =
            text.lines().any(|line| line.contains("env::var(") && line.contains("_API_KEY\")"));
        assert!(!asks, "{path} asks for a key");
    }
}
