//! No figure is typed by hand.

use std::fs;
use std::path::Path;

#[test]
fn every_figure_of_the_readme_is_a_recorded_one() {
    let read =
        |name: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap();
    let (readme, recorded) = (read("README.md"), read("docs/figures.md"));
    let section = readme.split("\n## ").find(|part| part.starts_with("Figures\n")).unwrap();
    let mut rows = section.lines().filter(|line| line.starts_with('|') && !line.starts_with("|-"));
    assert!(rows.clone().count() > 10, "{section}");
    assert!(rows.all(|row| recorded.lines().any(|line| line == row)), "{section}");
}
