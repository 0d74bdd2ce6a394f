//! k2hdkc-slave-agent-rules(7): what the agent looks for in a file of chmpx.

use super::roff::Page;
use crate::model::memory::Seconds;
use crate::model::rules::{Code, Effect};

/// The page.
pub(super) fn page(date: Seconds) -> String {
    let mut page = Page::new(
        "k2hdkc-slave-agent-rules",
        7,
        date,
        "what chmpx would make of a configuration file",
    );
    page.heading("DESCRIPTION");
    page.opening(
        "`k2hdkc-slave-agent check` judges a file of chmpx by these rules, and the agent installs no file \
         that breaks one of those that are errors. They say what chmpx 1.0.113 does, with OpenSSL. A code \
         never changes its meaning.",
    );
    page.heading("EFFECTS");
    page.opening("Each finding has one of these effects, the worst first.");
    for effect in Effect::ALL {
        let [running, start, agent] = effect.consequences();
        let level = effect.level();
        page.entry(
            effect.as_str(),
            &format!(
                "({level}) A running chmpx {running}; its next start: {start}; the agent {agent}."
            ),
        );
    }
    for (title, codes) in Code::GROUPS {
        page.heading(&title.to_uppercase());
        for code in *codes {
            page.entry(&format!("{code} ({})", code.effect().as_str()), &told(*code));
        }
    }
    page.heading("SEE ALSO");
    page.opening("k2hdkc-slave-agent(8), chmpx(1)");
    page.into_text()
}

fn told(code: Code) -> String {
    format!("Example: {}. chmpx {}. What to do: {}.", code.example(), code.chmpx(), code.help())
}
