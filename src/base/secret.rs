//! Values that are wiped when they are dropped and never printed.

use zeroize::Zeroize;

/// A value that is zeroised on drop and has neither `Debug` nor `Display`.
///
/// ```compile_fail
/// let s = waxwing::base::Secret::new(String::from("hush"));
/// println!("{s:?}");
/// ```
pub struct Secret<T: Zeroize>(T);

/// A passphrase or password as typed or read, without its line end.
pub type Passphrase = Secret<String>;

impl<T: Zeroize> Secret<T> {
    /// Takes ownership of `value`; other copies of it are the caller's business.
    pub fn new(value: T) -> Self {
        Secret(value)
    }

    /// Looks at the value. The name is long so that each use stands out in review.
    pub fn expose(&self) -> &T {
        &self.0
    }

    /// Changes the value in place.
    pub fn expose_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Zeroize + Clone> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Secret(self.0.clone())
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
