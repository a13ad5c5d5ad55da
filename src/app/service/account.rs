//! Accounts: the servers that send and fetch.

use crate::address::Address;
use crate::app::desk::Desk;
use crate::app::failure::Failure;
use crate::app::job::{Step, Watch};
use crate::app::port::{Connected, StoreFailure};
use crate::base::Passphrase;
use crate::settings::Account;

/// Adds or replaces an account.
pub fn add(desk: &Desk, account: &Account, password: &Passphrase) -> Result<(), Failure> {
    Ok(desk.store.put_account(account, password)?)
}

/// Removes an account and its password.
pub fn remove(desk: &Desk, address: &Address) -> Result<(), Failure> {
    let known = desk.store.accounts()?;
    if !known.iter().any(|account| account.address == *address) {
        return Err(Failure::NoAccount {
            address: address.clone(),
        });
    }
    Ok(desk.store.remove_account(address)?)
}

/// The account that sends for an address, with its password.
pub fn account_of(desk: &Desk, address: &Address) -> Result<(Account, Passphrase), Failure> {
    let missing = || Failure::NoAccount {
        address: address.clone(),
    };
    let account = desk
        .store
        .accounts()?
        .into_iter()
        .find(|account| account.address == *address)
        .ok_or_else(missing)?;
    let password = desk
        .store
        .password(address)?
        .ok_or_else(|| StoreFailure::Damaged {
            what: format!("the password of the account {address}"),
        })?;
    Ok((account, password))
}

/// Connects, logs in and leaves.
pub fn test(desk: &Desk, address: Option<&Address>, watch: &Watch) -> Result<Connected, Failure> {
    desk.online()?;
    let address = match address {
        Some(address) => address.clone(),
        None => super::identity::current(desk)?.mailbox.address,
    };
    let (account, password) = account_of(desk, &address)?;
    watch.progress(Step::Connecting, 0, 0);
    desk.submission
        .test(&account, &password, watch)
        .map_err(Failure::Submit)
}
