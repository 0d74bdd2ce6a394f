//! A request over the socket of the agent, and the answer that a command gets.

use k2hdkc_slave_agent::effects::socket::{Request, is_final};
use k2hdkc_slave_agent::model::report::Report;

/// What is understood is understood again as it is written.
pub fn read(bytes: &[u8]) {
    if let Ok(request) = serde_json::from_slice::<Request>(bytes) {
        let text = serde_json::to_string(&request).unwrap();
        assert!(!text.contains('\n'), "one line: {text}");
        assert_eq!(serde_json::from_str::<Request>(&text).unwrap(), request);
    }
    if let Ok(report) = serde_json::from_slice::<Report>(bytes) {
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
        assert!(!report.differs_from(&report) && !report.is_news_after(&report));
        assert!(is_final(&report) || !report.settled);
    }
}
