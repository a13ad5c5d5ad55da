//! Where there are Unix sockets.

use super::Meeting;
use std::ffi::OsString;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

pub(super) const GREETING: &[u8; 8] = b"WAXWING1";
const TAKEN: &[u8; 2] = b"ok";
/// Most bytes that are handed over: a long `mailto:` link is a few thousand.
pub(super) const MOST_BYTES: usize = 256 << 10;
/// How long one exchange may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// How many exchanges go on at once; further ones wait.
pub(super) const AT_ONCE: usize = 8;
/// Longest path of a socket, in bytes (`sun_path` holds 104 on some systems, with its end).
const PATH_BYTES: usize = 100;

/// Held by the first window of a home, as long as it lives.
pub struct First {
    listener: std::os::unix::net::UnixListener,
    pub(super) socket: PathBuf,
    _lock: File,
}

/// Looks for another window on the home, and hands the arguments over to it. `runtime_dir` is
/// `XDG_RUNTIME_DIR`; without one that is ours alone the socket lies in the home.
pub fn meet(
    runtime: &Handle,
    home: &Path,
    runtime_dir: Option<&Path>,
    arguments: &[OsString],
) -> Meeting {
    let Some((lock, socket)) = places(home, runtime_dir) else {
        return Meeting::Alone;
    };
    let Some(message) = message(arguments) else {
        return Meeting::Alone;
    };
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        match lock.try_lock() {
            Ok(()) => return bind(socket, lock).map_or(Meeting::Alone, Meeting::First),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(_)) => return Meeting::Alone,
        }
        match runtime.block_on(hand_over(&socket, &message)) {
            Ok(()) => return Meeting::HandedOver,
            // It has the lock and does not listen yet, or it is just going.
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    Meeting::Alone
}

/// The open lock file and the socket's path.
fn places(home: &Path, runtime_dir: Option<&Path>) -> Option<(File, PathBuf)> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(home)
        .ok()?;
    let lock = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(home.join("window.lock"))
        .ok()?;
    // By whichever path the home is named.
    let home = home.canonicalize().ok()?;
    let socket = match runtime_dir.filter(|dir| is_ours_alone(dir)) {
        Some(dir) => dir.join(format!(
            "waxwing-{:016x}",
            number(home.as_os_str().as_bytes())
        )),
        None => home.join("window.sock"),
    };
    (socket.as_os_str().len() <= PATH_BYTES).then_some((lock, socket))
}

/// As the XDG Base Directory Specification wants the folder: an absolute path, ours, and closed to
/// all others.
fn is_ours_alone(dir: &Path) -> bool {
    let ours = |facts: std::fs::Metadata| {
        facts.is_dir() && facts.uid() == me() && facts.mode() & 0o077 == 0
    };
    dir.is_absolute() && std::fs::metadata(dir).is_ok_and(ours)
}

fn me() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// A number for a path (FNV-1a, 64 bits).
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn bind(socket: PathBuf, lock: File) -> Option<First> {
    // Who has the lock is alone: what lies here was left by a dead one.
    match std::fs::remove_file(&socket) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(_) => return None,
    }
    let listener = std::os::unix::net::UnixListener::bind(&socket).ok()?;
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o600)).ok()?;
    listener.set_nonblocking(true).ok()?;
    Some(First {
        listener,
        socket,
        _lock: lock,
    })
}

impl First {
    /// Calls `take` with the arguments of each later start, until the task or the runtime ends.
    ///
    /// # Errors
    /// The system's, when it gives no more descriptors.
    pub fn listen(
        self,
        runtime: &Handle,
        take: impl Fn(Vec<OsString>) + Send + Sync + 'static,
    ) -> io::Result<AbortHandle> {
        let listener = self.listener.try_clone()?;
        let _inside = runtime.enter();
        let listener = UnixListener::from_std(listener)?;
        let (take, room) = (Arc::new(take), Arc::new(Semaphore::new(AT_ONCE)));
        let task = runtime.spawn(async move {
            // The lock is held as long as somebody listens.
            let _first = self;
            while let Ok(place) = room.clone().acquire_owned().await {
                let Ok((stream, _)) = listener.accept().await else {
                    // Out of descriptors: later there may be some again.
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                };
                let take = take.clone();
                tokio::spawn(async move {
                    // Who says nothing useful in time is not answered; nobody is there to tell.
                    let _ = tokio::time::timeout(PATIENCE, exchange(stream, &*take)).await;
                    drop(place);
                });
            }
        });
        Ok(task.abort_handle())
    }
}

impl Drop for First {
    fn drop(&mut self) {
        // One that stays is removed by the next first.
        let _ = std::fs::remove_file(&self.socket);
    }
}

/// The message, if the arguments can be handed over.
pub(super) fn message(arguments: &[OsString]) -> Option<Vec<u8>> {
    let parts: Vec<&[u8]> = arguments.iter().map(|a| a.as_bytes()).collect();
    let body = parts.join(&0);
    let length = u32::try_from(body.len()).ok()?;
    if body.len() > MOST_BYTES {
        return None;
    }
    let mut message = GREETING.to_vec();
    message.extend_from_slice(&length.to_be_bytes());
    message.extend_from_slice(&body);
    Some(message)
}

async fn hand_over(socket: &Path, message: &[u8]) -> io::Result<()> {
    let exchange = async {
        let mut stream = UnixStream::connect(socket).await?;
        refuse_foreigner(&stream)?;
        stream.write_all(message).await?;
        let mut answer = [0; 2];
        stream.read_exact(&mut answer).await?;
        (answer == *TAKEN)
            .then_some(())
            .ok_or(io::ErrorKind::InvalidData.into())
    };
    tokio::time::timeout(PATIENCE, exchange).await?
}

async fn exchange(
    mut stream: UnixStream,
    take: &(dyn Fn(Vec<OsString>) + Send + Sync),
) -> io::Result<()> {
    refuse_foreigner(&stream)?;
    let arguments = arguments(&mut stream).await?;
    take(arguments);
    stream.write_all(TAKEN).await
}

async fn arguments(stream: &mut UnixStream) -> io::Result<Vec<OsString>> {
    let mut greeting = [0; 8];
    stream.read_exact(&mut greeting).await?;
    let length = usize::try_from(stream.read_u32().await?).unwrap_or(usize::MAX);
    if greeting != *GREETING || length > MOST_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    if body.is_empty() {
        return Ok(Vec::new());
    }
    let parts = body.split(|byte| *byte == 0);
    Ok(parts
        .map(|part| OsString::from_vec(part.to_vec()))
        .collect())
}

/// The file's mode keeps others out already; a folder with wider permissions may hold a socket
/// that somebody else put there.
fn refuse_foreigner(stream: &UnixStream) -> io::Result<()> {
    if stream.peer_cred()?.uid() == me() {
        return Ok(());
    }
    Err(io::ErrorKind::PermissionDenied.into())
}
