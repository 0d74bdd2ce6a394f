//! The template engine of K2HR3, as far as a resource needs it, with the traps it was seen to have.

mod lex;
mod parse;
mod run;
mod values;

use super::json::{Json, Members};

/// Why a template gives no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It cannot be parsed.
    Load,
    /// It failed while it ran.
    Run,
    /// It loops for ever.
    Endless,
}

/// Expands `text`. Assignments go into `variables`, where the server's own answers show them.
///
/// `special` resolves names such as `yrn:…:role:x/hosts/ip` when they are mentioned.
pub(crate) fn expanded(
    text: &str,
    variables: &mut Members,
    special: &dyn Fn(&str) -> Option<Json>,
) -> Result<String, Broken> {
    let tokens = lex::tokens(text).ok_or(Broken::Load)?;
    let program = parse::program(&tokens).ok_or(Broken::Load)?;
    run::output(&program, variables, special)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(text: &str) -> Result<String, Broken> {
        let mut variables: Members = serde_json::from_str(
            r#"{"a":1,"b":"two","n":5,"list":["x","y"],"map":{"k":{"f":"v"},"l":"m"},"none":null}"#,
        )
        .unwrap();
        let special = |name: &str| (name == "yrn:x/hosts/ip").then(|| Json::object([]));
        expanded(text, &mut variables, &special)
    }

    fn shown(text: &str) -> String {
        expand(text).unwrap_or_else(|broken| panic!("{text}: {broken:?}"))
    }

    #[test]
    fn values_are_printed_as_javascript_prints_them() {
        for (text, printed) in [
            ("{{= %a% }}", "1"),
            ("{{= %b% }}.", "two."),
            ("{{= %list% }}", "x,y"),
            ("{{= %map% }}", "[object Object]"),
            ("[{{= %none% }}{{= %undefined% }}]", "[]"),
            ("{{= %map%{'l'} }}", "m"),
            ("{{= %list%[1] }}", "y"),
            ("{{= %list%.length }}", "2"),
            ("{{= %yrn:x/hosts/ip%.count }}", "0"),
            ("{{= 'a\\n' + \"b\" }}", "a\\nb"),
            ("{{= 0x10 + 2 * 3 }}", "22"),
            ("{{= 'n' + %n% }}", "n5"),
        ] {
            assert_eq!(shown(text), printed, "{text}");
        }
    }

    #[test]
    fn conditions_and_loops_leave_their_blank_lines_behind() {
        let text = "{{ if %a% == 1 }}\nyes\n{{ elif %a% }}\nno\n{{ else }}\nno\n{{ endif }}\n";
        assert_eq!(shown(text), "\nyes\n\n");
        let text = "{{ foreach %k% in %list% }}\n{{ %v% = %list%[%k%]; }}\
                    {{= %k% }}={{= %v% }}\n{{ done }}";
        assert_eq!(shown(text), "\n0=x\n\n1=y\n");
    }

    #[test]
    fn foreach_over_an_object_yields_its_keys() {
        let text = "{{ foreach %k% in %map% }}{{= %k% }},{{ done }}";
        assert_eq!(shown(text), "k,l,");
    }

    #[test]
    fn all_kinds_of_loop_work_and_can_be_left() {
        for (text, printed) in [
            ("{{ %i% = 0; while %i% < 3 }}{{= %i% }}{{ %i% = %i% + 1; done }}", "012"),
            ("{{ %i% = 0; do }}x{{ %i% = %i% + 1; while %i% < 2 }}", "xx"),
            (
                "{{ for %i% = 0; %i% < 9; %i% = %i% + 1 }}\
                 {{ if %i% == 2; break; endif }}y{{ done }}",
                "yy",
            ),
            (
                "{{ for %i% = 0; %i% < 3; %i% = %i% + 1 }}\
                 {{ if %i% == 1; continue; endif }}{{= %i% }}{{ done }}",
                "02",
            ),
        ] {
            assert_eq!(shown(text), printed, "{text}");
        }
    }

    #[test]
    fn an_assignment_stays_in_the_variables() {
        let mut variables = Members::default();
        expanded("{{ %x% = 1 + 1 }}", &mut variables, &|_| None).unwrap();
        assert_eq!(variables.find("x"), Some(&Json::Number(2.0)));
    }

    #[test]
    fn three_braces_are_two_even_without_a_template() {
        assert_eq!(shown(r#"{"a":{"b":{"c":1}}} x"#), r#"{"a":{"b":{"c":1}} x"#);
        assert_eq!(shown("{{{ }} x"), "{{ }} x");
    }

    #[test]
    fn an_escape_at_the_very_end_drops_its_text_or_breaks_the_template() {
        assert_eq!(shown("a{{= %a% }}b}}}"), "a1");
        assert_eq!(expand("b}}}"), Err(Broken::Load));
    }

    #[test]
    fn the_first_line_may_name_the_engine_and_comments_vanish() {
        assert_eq!(shown("{{#!k2hr3template }}\n\nA{{# no }}B"), "AB");
        assert_eq!(expand("{{#!jinja }}\nA"), Err(Broken::Load));
    }

    #[test]
    fn what_the_engine_cannot_parse_does_not_load() {
        for text in [
            "{{ foreach %x in broken }}",
            "{{ if (%a%) }}x{{ endif }}",
            "{{ if %n% > 3 && %n% < 9 }}x{{ endif }}",
            "{{= %map%{'k'}{'f'} }}",
            "{{= '' }}",
            "{{= 1 + %list%.length }}",
            "{{ if %a% }}x",
            "{{ endif }}",
            "{{ %a%",
            "{{ break }}",
        ] {
            assert_eq!(expand(text), Err(Broken::Load), "{text}");
        }
        assert_eq!(shown("{{ if %a% && %b% }}x{{ endif }}"), "x");
    }

    #[test]
    fn a_division_by_zero_fails_and_an_endless_loop_never_ends() {
        assert_eq!(expand("{{= 1 / 0 }}"), Err(Broken::Run));
        assert_eq!(expand("{{ while 1 }}{{ done }}"), Err(Broken::Endless));
        assert_eq!(expand("{{ while 1 }}xxxxxxxxxxxxxxxxxx{{ done }}"), Err(Broken::Endless));
    }

    #[test]
    fn deep_nesting_is_refused_and_does_not_overflow() {
        let text = "{{ if 1 }}".repeat(100_000);
        assert_eq!(expand(&text), Err(Broken::Load));
        let text = format!("{{{{= {} 1 }}}}", "!".repeat(100_000));
        assert_eq!(expand(&text), Err(Broken::Load));
    }
}
