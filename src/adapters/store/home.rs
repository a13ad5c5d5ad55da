//! Where everything lies: the paths of one home, made with narrow permissions.

use super::failure::sort_io;
use crate::app::port::StoreFailure;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long one process waits for another that is setting the home up.
const LOCK_PATIENCE: Duration = Duration::from_secs(30);

/// The folders of one person's Waxwing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    root: PathBuf,
    certs: PathBuf,
}

/// There is no `--home`, and the platform names no folder for programs' data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoHome;

/// What the environment says about folders; read once, so that tests can say something else.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// `WAXWING_HOME`.
    pub waxwing_home: Option<PathBuf>,
    /// `PGP_CERT_D`: the person's own place for the shared certificates.
    pub pgp_cert_d: Option<PathBuf>,
    /// The platform's folder for programs' data.
    pub data: Option<PathBuf>,
}

impl Environment {
    /// Reads the process's environment.
    pub fn read() -> Self {
        let path = |name: &str| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        let home = path("HOME");
        let data = if cfg!(target_os = "macos") {
            home.map(|h| h.join("Library/Application Support"))
        } else if cfg!(windows) {
            path("APPDATA")
        } else {
            // A relative XDG_DATA_HOME is to be ignored (XDG Base Directory Specification).
            path("XDG_DATA_HOME")
                .filter(|p| p.is_absolute())
                .or_else(|| home.map(|h| h.join(".local/share")))
        };
        Environment {
            waxwing_home: path("WAXWING_HOME"),
            pgp_cert_d: path("PGP_CERT_D"),
            data,
        }
    }
}

impl Home {
    /// A home of its own: everything under `dir`, the certificates too.
    pub fn at(dir: &Path) -> Self {
        // A relative path must not change its meaning when somebody changes the folder.
        let root = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
        Home {
            certs: root.join("pgp.cert.d"),
            root,
        }
    }

    /// The home that the command line or the environment names: `explicit` (`--home`), else
    /// `WAXWING_HOME`, else the platform's folders with the shared certificate directory.
    pub fn find(explicit: Option<&Path>, environment: &Environment) -> Result<Self, NoHome> {
        if let Some(dir) = explicit.or(environment.waxwing_home.as_deref()) {
            return Ok(Home::at(dir));
        }
        let data = environment.data.as_deref().ok_or(NoHome)?;
        Ok(Home {
            root: data.join("waxwing"),
            certs: environment
                .pgp_cert_d
                .clone()
                .unwrap_or_else(|| data.join("pgp.cert.d")),
        })
    }

    /// The folder that holds everything but, for the platform's home, the certificates.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The certificate directory (Shared OpenPGP Certificate Directory draft).
    pub fn certs(&self) -> &Path {
        &self.certs
    }

    /// The database.
    pub(super) fn database(&self) -> PathBuf {
        self.root.join("waxwing.sqlite")
    }

    /// What is remembered of the certificate directory; can be made again from it.
    pub(super) fn cert_index(&self) -> PathBuf {
        self.root.join("certs.sqlite")
    }

    /// Lock files of the processes that are sending.
    pub(super) fn live(&self) -> PathBuf {
        self.root.join("live")
    }

    /// Makes the root folder for its owner alone, if it is not there.
    pub(super) fn make(&self) -> io::Result<()> {
        make_folder(&self.root)
    }

    /// Waits until no other process is setting this home up, and keeps others waiting until the
    /// lock is dropped.
    pub(super) fn lock(&self) -> Result<HomeLock, StoreFailure> {
        let path = self.root.join("lock");
        let file = make_file(&path).map_err(|error| sort_io(&error, &path))?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(HomeLock { _file: file }),
                Err(std::fs::TryLockError::WouldBlock) => {}
                Err(std::fs::TryLockError::Error(error)) => return Err(sort_io(&error, &path)),
            }
            if started.elapsed() > LOCK_PATIENCE {
                return Err(StoreFailure::Busy);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Held while a home is set up; the system lets go of it when the process dies.
pub(super) struct HomeLock {
    _file: File,
}

/// Makes a folder and those above it, for the owner alone. One that is there stays as it is.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Opens a file for reading and writing, made for the owner alone if it is not there.
pub(super) fn make_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_is_named_by_option_then_environment_then_platform() {
        let mut environment = Environment {
            data: Some("/data".into()),
            ..Environment::default()
        };
        let platform = Home::find(None, &environment).unwrap();
        assert_eq!(platform.root(), Path::new("/data/waxwing"));
        assert_eq!(platform.certs(), Path::new("/data/pgp.cert.d"));

        environment.pgp_cert_d = Some("/certs".into());
        let platform = Home::find(None, &environment).unwrap();
        assert_eq!(platform.certs(), Path::new("/certs"));

        environment.waxwing_home = Some("/w".into());
        let own = Home::find(None, &environment).unwrap();
        assert_eq!(own.root(), Path::new("/w"));
        assert_eq!(own.certs(), Path::new("/w/pgp.cert.d"));

        let explicit = Home::find(Some(Path::new("/e")), &environment).unwrap();
        assert_eq!(explicit, Home::at(Path::new("/e")));
        assert_eq!(Home::find(None, &Environment::default()), Err(NoHome));
    }

    #[cfg(unix)]
    #[test]
    fn folders_and_files_are_for_the_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let home = Home::at(&dir.path().join("a/b"));
        home.make().unwrap();
        drop(home.lock().unwrap());
        let mode = |p: &Path| std::fs::metadata(p).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(home.root()), 0o700);
        assert_eq!(mode(&home.root().join("lock")), 0o600);
    }
}
