//! The official Python client talks to the stand-in, which it takes for a K2HR3.
//!
//! Where it cannot be installed, for want of Python or of a package index, the test says so and
//! passes. It is installed once, beside the other build products.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sim::k2hr3::{Admin, NewTenant, NewUserToken, Options};

const CLIENT: &str = "k2hr3client==1.1.3";

/// A Python that has the client, or why there is none.
fn python() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("k2hr3client-1.1.3");
    let python = folder.join("bin/python");
    let told = |output: std::io::Result<Output>| match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Err(error.to_string()),
    };
    let has_client = || {
        told(Command::new(&python).args(["-c", "import k2hr3client"]).current_dir(&folder).output())
    };
    if has_client().is_ok() {
        return Ok(python);
    }
    told(Command::new("python3").args(["-m", "venv"]).arg(&folder).output())?;
    let quickly = ["-m", "pip", "install", "--quiet", "--retries", "0", "--timeout", "10", CLIENT];
    told(Command::new(&python).args(quickly).output())?;
    has_client()?;
    Ok(python)
}

#[tokio::test]
async fn the_official_client_takes_the_stand_in_for_a_k2hr3() {
    let python = match python() {
        Ok(python) => python,
        Err(reason) => {
            sim::skip(&format!("{CLIENT} cannot be installed: {reason}"));
            return;
        }
    };
    let k2hr3 = Admin::here(Options::default()).unwrap();
    let (tenant, user, password) = ("tenant1".into(), "test".into(), "password".into());
    k2hr3.tenant(&NewTenant { tenant, user, password }).await.unwrap();
    let unscoped = NewUserToken { user: "test".to_owned(), ..NewUserToken::default() };
    let identity = k2hr3.user_token_as(&unscoped).await.unwrap();

    // The client makes a folder for its logs where it runs.
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/k2hr3_python/client.py");
    let output = Command::new(python)
        .arg(script)
        .args([k2hr3.url(), &identity])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains("content"), "{told}\n{complaint}");
}
