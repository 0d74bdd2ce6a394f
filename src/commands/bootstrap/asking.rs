//! Asking K2HR3 what this node is to have.

use std::path::Path;

use crate::effects::k2hr3::{By, K2hr3};
use crate::effects::small_file;
use crate::model::failure::{Class, Failure};
use crate::model::identity::RoleToken;
use crate::model::packages::{PACKAGE_KEYS, SERVICE_KEY, Wanted};
use crate::model::settings::Settings;

/// Reads the keys, by the token if K2HR3 accepts it, else by the address of this node.
pub(super) async fn wanted(k2hr3: &K2hr3, settings: &Settings) -> Result<Wanted, Failure> {
    let token = settings.k2hr3.token_files.iter().find_map(|path| token_in(path));
    let mut by = token.as_ref().map_or(By::Address, By::Token);
    let mut values = Vec::new();
    for name in PACKAGE_KEYS.into_iter().chain([SERVICE_KEY]) {
        let mut value = k2hr3.key(by, name).await;
        if matches!(&value, Err(failure) if failure.class == Class::Token)
            && let by_address @ Ok(_) = k2hr3.key(By::Address, name).await
        {
            value = by_address;
            by = By::Address;
        }
        values.push(value?.unwrap_or_default());
    }
    let units = values.pop().unwrap_or_default();
    Ok(Wanted::of(&values, &units))
}

fn token_in(path: &Path) -> Option<RoleToken> {
    RoleToken::parse(&small_file::text(path).ok()?).ok()
}
