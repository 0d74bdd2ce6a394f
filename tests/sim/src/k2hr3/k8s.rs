//! The CUK of a Kubernetes pod: JSON in base64, with three characters replaced.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::json::{Json, Members};

/// The fields in the CUK; none when it is not one of a pod.
pub(crate) fn fields(cuk: &str) -> Option<Members> {
    let text = cuk.replace('-', "+").replace('_', "/").replace("%3d", "=");
    let json: Json = serde_json::from_slice(&STANDARD.decode(text).ok()?).ok()?;
    let fields = json.as_members()?;
    let is_pod = ["k8s_node_ip", "k8s_pod_ip"].iter().all(|name| fields.find(name).is_some());
    is_pod.then(|| fields.clone())
}

/// Whether the pod, or the node it runs on, has this address.
pub(crate) fn belongs(cuk: &str, ip: &str) -> bool {
    fields(cuk).is_some_and(|fields| {
        ["k8s_node_ip", "k8s_pod_ip"]
            .iter()
            .any(|name| fields.find(name).and_then(Json::as_text) == Some(ip))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pods_cuk_tells_its_addresses_and_others_tell_none() {
        let json = r#"{"k8s_node_ip":"10.0.0.1","k8s_pod_ip":"10.1.0.1"}"#;
        let cuk = STANDARD.encode(json).replace('+', "-").replace('/', "_").replace('=', "%3d");
        assert!(belongs(&cuk, "10.0.0.1"));
        assert!(belongs(&cuk, "10.1.0.1"));
        assert!(!belongs(&cuk, "10.2.0.1"));
        assert_eq!(fields("agent-cuk-0001"), None);
    }
}
