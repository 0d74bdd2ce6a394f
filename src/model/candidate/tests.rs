use super::*;

/// A file that asks who the other nodes are.
const FILE: &str = "\
[GLOBAL]
GROUP = g
FILEVERSION = 7
MODE = SLAVE
DELIVERMODE = hash
MAXCHMPX = 64
SELFCTLPORT = 8031
[SVRNODE]
NAME = s1
PORT = 8020
CTLPORT = 8021
[SLVNODE]
NAME = 192.0.2.10
CTLPORT = 8031
";

fn cuk() -> Cuk {
    Cuk::parse("i-1").unwrap()
}

/// Whether [`FILE`] with these slaves instead of its own lists the node `i-1`.
fn lists(slaves: &str) -> Option<bool> {
    let (servers, _) = FILE.split_once("[SLVNODE]").unwrap();
    Draft::new(&format!("{servers}{slaves}"), &cuk()).lists(&cuk())
}

fn host() -> Host {
    let answers = [("s1".to_owned(), vec!["192.0.2.77".parse().unwrap()])].into();
    Host { addresses: vec!["192.0.2.10".parse().unwrap()], answers, ..Host::default() }
}

#[test]
fn a_text_is_known_by_the_start_of_its_sha_256() {
    // `printf abc | sha256sum`
    assert_eq!(hash("abc"), "ba7816bf8f01cfea");
}

#[test]
fn a_draft_asks_for_the_addresses_of_the_nodes_in_it() {
    let questions = Draft::new(FILE, &cuk()).questions(&Given::default());
    assert!(questions.names.contains(&"s1".to_owned()), "{questions:?}");
}

#[test]
fn the_file_version_is_ours_to_choose_unless_it_stays_as_published() {
    let check = |stamp| Draft::new(FILE, &cuk()).check(&host(), stamp).unwrap();
    let ours = check(Stamp::Generation);
    assert!(ours.is_stamped());
    let expected = FILE.replace("FILEVERSION = 7", "FILEVERSION = 9");
    assert_eq!(ours.at_generation(9).bytes(), expected.as_bytes());
    let published = check(Stamp::AsPublished);
    assert!(!published.is_stamped());
    let again = published.at_generation(9);
    assert_eq!((again.generation(), again.bytes()), (7, FILE.into()));
}

#[test]
fn an_error_is_read_before_whatever_else_was_noticed() {
    let finding = |code| Finding::new(code, None, String::new());
    let remark = finding(Code::UnknownKey);
    let error = finding(Code::LostGeneration);
    assert_ne!((remark.level, error.level), (Level::Error, Level::Warning));
    let findings = vec![remark.clone(), error.clone()];
    assert_eq!(Refused { findings, dispute: None }.first(), Some(&error));
    let findings = vec![remark.clone()];
    assert_eq!(Refused { findings, dispute: None }.first(), Some(&remark));
    assert_eq!(Refused::disputed("no").first(), None);
}

#[test]
fn a_generation_must_be_read_where_it_is_put() {
    let shows = |text: &str, stamped| {
        let conf = Arc::new(Conf::read(text.as_bytes()));
        let generation = conf.file_version().unwrap().value;
        let stamped = Some(stamped);
        Candidate { text: text.to_owned(), conf, stamped, generation }.shows_generations()
    };
    let text = "[GLOBAL]\nFILEVERSION = 1 # x\n";
    assert!(shows(text, 23..24));
    assert!(!shows(text, 20..20));
    assert!(!shows(text, 28..28));
    assert!(!shows("[GLOBAL]\nFILEVERSION", 20..20));
}

#[test]
fn a_text_full_of_markers_does_not_grow_without_bound() {
    let cuk = Cuk::parse(&"c".repeat(Cuk::LONGEST)).unwrap();
    let draft = Draft::new(&OWN_CUK[0].repeat(5_000), &cuk);
    assert!(draft.text.len() < 4 << 20, "{}", draft.text.len());
}

#[test]
fn a_text_lists_a_node_that_it_names_by_its_key() {
    let own = "[SLVNODE]\nNAME = a\nCTLPORT = 1\nCUK = i-1\n";
    let other = "[SLVNODE]\nNAME = b\nCTLPORT = 1\nCUK = i-2\n";
    assert_eq!(lists(&format!("{other}{own}")), Some(true));
    assert_eq!(lists(other), Some(false));
}

#[test]
fn a_text_without_keys_leaves_it_to_the_rules() {
    assert_eq!(lists("[SLVNODE]\nNAME = [.]*\nCTLPORT = 1\n"), None);
}

#[test]
fn a_text_with_an_expression_that_the_key_matches_leaves_it_to_the_rules() {
    let slave = |cuk: &str| lists(&format!("[SLVNODE]\nNAME = a\nCTLPORT = 1\nCUK = {cuk}\n"));
    assert_eq!(slave(".*"), None);
    assert_eq!(slave("^i-[0-9]+$"), None);
    assert_eq!(slave("^k-[0-9]+$"), Some(false));
    assert_eq!(slave("i-"), Some(false), "that is another node's key");
}

#[test]
fn what_leaves_the_start_open_is_told_before_what_is_merely_odd() {
    let finding = |code: Code, line| Finding::new(code, Some(line), String::new());
    let mut findings = vec![finding(Code::UnknownKey, 1), finding(Code::SelfUnclear, 2)];
    let first = |findings: &[Finding]| {
        Refused { findings: findings.to_vec(), dispute: None }.first().unwrap().code
    };
    assert_eq!(first(&findings), Code::SelfUnclear);
    findings.push(finding(Code::NoPort, 3));
    assert_eq!(first(&findings), Code::NoPort);
    assert_eq!(first(&findings[..1]), Code::UnknownKey);
}

#[test]
fn a_dummy_is_nobody_with_a_key_and_without() {
    let dummy = "[SLVNODE]\nNAME = 127.0.0.1\nCTLPORT = 1\n";
    assert_eq!(lists(dummy), Some(false));
    assert_eq!(lists(&format!("{dummy}CUK = dummy_cuk\n")), Some(false));
}

#[test]
fn a_file_that_would_be_too_long_to_be_read_back_is_refused() {
    let check = |remark: usize| {
        let text = format!("{FILE}# {}\n", "x".repeat(remark));
        Draft::new(&text, &cuk()).check(&host(), Stamp::Generation)
    };
    let room = LONGEST - LONGEST_GENERATION - FILE.len() - "# \n".len();
    assert!(check(room).is_ok());
    let refused = check(room + 1).unwrap_err();
    assert_eq!(refused.first().unwrap().code, Code::TooLong);
}

#[test]
fn a_kept_file_comes_back_in_another_generation_where_it_can_show_one() {
    let kept = b"[GLOBAL]\nGROUP = g\nFILEVERSION = 7 \nMODE = SLAVE\n";
    let back = at_generation(kept, 12).unwrap();
    assert_eq!(back, b"[GLOBAL]\nGROUP = g\nFILEVERSION = 12 \nMODE = SLAVE\n");
    assert_eq!(at_generation(b"[GLOBAL]\nGROUP = g\n", 12), None, "it has no number to replace");
}
