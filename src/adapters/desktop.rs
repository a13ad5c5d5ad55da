//! What the desktop says about light and dark: the settings portal
//! (org.freedesktop.portal.Settings, `color-scheme`), which works on X11 and Wayland alike.
//!
//! It is asked on a thread of its own. A portal that is not there, or never answers, costs nothing
//! and says nothing; one that speaks later is heard then.

use crate::app::port::{ColorScheme, SystemLook};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use zbus::blocking::{Proxy, connection};
use zbus::zvariant::{OwnedValue, Value};

const NAMESPACE: &str = "org.freedesktop.appearance";
const KEY: &str = "color-scheme";
/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(5);

type Tell = Box<dyn Fn(ColorScheme) + Send>;

/// Listens to the settings portal.
pub struct PortalLook(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    latest: Option<ColorScheme>,
    tell: Option<Tell>,
}

impl PortalLook {
    /// Begins to ask and to listen, and returns at once. `bus` is the address of a bus; the
    /// session's when `None`.
    pub fn start(bus: Option<String>) -> Self {
        let state = Arc::new(Mutex::new(State::default()));
        let told = state.clone();
        // Without a thread the desktop has said nothing; neither has a bus that fails.
        let _ = std::thread::Builder::new()
            .name("system look".to_owned())
            .spawn(move || listen(bus.as_deref(), |scheme| note(&told, scheme)));
        PortalLook(state)
    }
}

impl SystemLook for PortalLook {
    fn follow(&self, tell: Tell) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(latest) = state.latest {
            tell(latest);
        }
        state.tell = Some(tell);
    }
}

fn note(state: &Mutex<State>, scheme: ColorScheme) {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    if state.latest == Some(scheme) {
        return;
    }
    state.latest = Some(scheme);
    if let Some(tell) = &state.tell {
        tell(scheme);
    }
}

fn listen(bus: Option<&str>, note: impl Fn(ColorScheme)) -> zbus::Result<()> {
    let builder = match bus {
        Some(address) => connection::Builder::address(address)?,
        None => connection::Builder::session()?,
    };
    let bus = builder.method_timeout(PATIENCE).build()?;
    let portal = Proxy::new(
        &bus,
        "org.freedesktop.portal.Desktop",
        "/org/freedesktop/portal/desktop",
        "org.freedesktop.portal.Settings",
    )?;
    // Listening first: a change between the answer and the listening would be missed.
    let changes = portal.receive_signal_with_args("SettingChanged", &[(0, NAMESPACE), (1, KEY)])?;
    // `Read` is what portals had before version 2.
    let asked: zbus::Result<OwnedValue> = portal
        .call("ReadOne", &(NAMESPACE, KEY))
        .or_else(|_| portal.call("Read", &(NAMESPACE, KEY)));
    if let Some(scheme) = asked.ok().and_then(|value| scheme_of(&value)) {
        note(scheme);
    }
    for change in changes {
        let value = change.body().deserialize::<(String, String, OwnedValue)>();
        if let Some(scheme) = value.ok().and_then(|(_, _, value)| scheme_of(&value)) {
            note(scheme);
        }
    }
    Ok(())
}

/// The meaning of the value; unknown numbers are no preference (portal documentation).
fn scheme_of(value: &Value<'_>) -> Option<ColorScheme> {
    match value {
        Value::Value(inner) => scheme_of(inner),
        Value::U32(1) => Some(ColorScheme::Dark),
        Value::U32(2) => Some(ColorScheme::Light),
        Value::U32(_) => Some(ColorScheme::NoPreference),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_is_read_in_whatever_wrapping() {
        let dark = Value::U32(1);
        assert_eq!(scheme_of(&dark), Some(ColorScheme::Dark));
        let wrapped = Value::Value(Box::new(Value::Value(Box::new(Value::U32(2)))));
        assert_eq!(scheme_of(&wrapped), Some(ColorScheme::Light));
        assert_eq!(scheme_of(&Value::U32(77)), Some(ColorScheme::NoPreference));
        assert_eq!(scheme_of(&Value::from("dark")), None);
    }
}
