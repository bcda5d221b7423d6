//! A server's directory and its keeper, a small shell process that ends the server and removes the
//! directory when the owner is gone, however it went.
//!
//! Not here: what runs in the directory.

use std::{
    env,
    ffi::CStr,
    fs::{self, File},
    io,
    os::unix::process::{CommandExt, parent_id},
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    sync::{Mutex, OnceLock},
};

use super::variable;

/// Ends a server: waits until its owner is gone, signals the process of the pid file, removes the directory.
/// The owner's end is the end of standard input, or the end of the process whose number is given.
const KEEPER: &str = r#"
dir=$1 pidfile=$2 signal=$3 owner=$4
if [ "$owner" = stdin ]; then cat >/dev/null; else while kill -0 "$owner"; do sleep 0.2; done; fi
if [ -s "$pidfile" ]; then kill -"$signal" "$(head -n 1 "$pidfile")"; fi
n=0; while [ -e "$pidfile" ] && [ $n -lt 200 ]; do sleep 0.02; n=$((n + 1)); done
rm -rf "$dir"
"#;

/// Room that a file system in memory must have, bytes: half of what a machine of 8 GB gives it.
const ROOM: u64 = 4_000_000_000;

/// Where the directories lie: in memory where there is room, since a database that is made and dropped for every test waits
/// for a disk most of its time. `TMPDIR` puts them elsewhere.
fn root() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if variable("TMPDIR").is_none() && free(c"/dev/shm").is_some_and(|bytes| bytes >= ROOM) {
        memory.to_owned()
    } else {
        env::temp_dir()
    }
}

/// Bytes that are free in a file system.
fn free(path: &CStr) -> Option<u64> {
    // SAFETY: the path ends with a zero byte, and the structure is plain numbers that the call fills in.
    let mut told: libc::statvfs = unsafe { std::mem::zeroed() };
    let done = unsafe { libc::statvfs(path.as_ptr(), &mut told) } == 0;
    done.then(|| told.f_bavail * told.f_frsize)
}

static KEEPERS: Mutex<Vec<Child>> = Mutex::new(Vec::new());

/// A server's directory, `muan-test-<kind>-<owner>…`, where the owner is a process number.
#[derive(Clone)]
pub struct Home(pub PathBuf);

impl Home {
    pub fn new(kind: &str, owner: &str) -> Self {
        let home = Self(Self::path(kind, owner));
        fs::create_dir_all(&home.0).unwrap();
        home
    }

    fn path(kind: &str, owner: &str) -> PathBuf {
        root().join(format!("muan-test-{kind}-{owner}"))
    }

    /// The server that listens here, started by `start` when this is the first process to come.
    #[expect(
        clippy::zombie_processes,
        reason = "under nextest the keeper outlives this process"
    )]
    pub fn shared(kind: &str, pidfile: &str, signal: &str, start: impl FnOnce(&Self)) -> (Self, u16) {
        clear_leftovers(kind);
        // Every test is a process under nextest, and the runner is the parent of them all.
        let runner = variable("NEXTEST").map(|_| parent_id());
        let owner = runner.unwrap_or_else(process::id).to_string();
        if runner.is_none() {
            // A former process had our number.
            clear(&Self::path(kind, &owner));
        }
        let home = Self::new(kind, &owner);
        let lock = locked(&home.0.join("start.lock"));
        if home.port().is_none() {
            let keeper = home.keeper(pidfile, signal, runner);
            if runner.is_none() {
                wait_for_at_exit(keeper);
            }
            start(&home);
        }
        drop(lock);
        let port = home.port().unwrap();
        (home, port)
    }

    pub fn keeper(&self, pidfile: &str, signal: &str, owner: Option<u32>) -> Child {
        let owner = owner.map_or_else(|| "stdin".to_owned(), |pid| pid.to_string());
        Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .args([
                self.0.as_os_str(),
                self.0.join(pidfile).as_os_str(),
                signal.as_ref(),
                owner.as_ref(),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // An interrupt at the terminal must end the tests but not the one who cleans up.
            .process_group(0)
            .spawn()
            .unwrap()
    }

    /// The port of the server that is ready here. Written last, so half-started servers have none.
    pub fn port(&self) -> Option<u16> {
        fs::read_to_string(self.0.join("port")).ok()?.parse().ok()
    }
}

/// Clears what runs that died without their keeper left.
fn clear_leftovers(kind: &str) {
    let prefix = format!("muan-test-{kind}-");
    for entry in fs::read_dir(root()).unwrap().flatten() {
        let name = entry.file_name();
        let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(&prefix)) else {
            continue;
        };
        let owner = rest.split_once('_').map_or(rest, |(owner, _)| owner).parse();
        if owner.is_ok_and(|owner| !alive(owner)) {
            clear(&entry.path());
        }
    }
}

/// Ends the server that works in the directory, if any, and removes the directory.
fn clear(dir: &Path) {
    for pidfile in ["data/postmaster.pid", "redis.pid"] {
        let pid = fs::read_to_string(dir.join(pidfile)).ok();
        let Some(Ok(pid)) = pid
            .as_deref()
            .and_then(|text| text.lines().next())
            .map(str::parse)
        else {
            continue;
        };
        // The number may be another process by now; ours works inside the directory.
        if fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(dir)) {
            // SAFETY: a signal to a process that was just seen to be ours.
            unsafe { libc::kill(pid, libc::SIGQUIT) };
        }
    }
    let _ = fs::remove_dir_all(dir);
}

fn alive(pid: libc::pid_t) -> bool {
    // SAFETY: signal 0 only asks. Not being allowed to ask means that somebody is there.
    unsafe { libc::kill(pid, 0) == 0 || io::Error::last_os_error().raw_os_error() == Some(libc::EPERM) }
}

/// Makes the end of this process wait for the keeper, so that nothing runs on after `cargo test`.
fn wait_for_at_exit(keeper: Child) {
    extern "C" fn finish() {
        let mut keepers = KEEPERS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        keepers.iter_mut().for_each(|keeper| drop(keeper.stdin.take()));
        for keeper in keepers.iter_mut() {
            let _ = keeper.wait();
        }
    }
    static ONCE: OnceLock<()> = OnceLock::new();
    KEEPERS.lock().unwrap().push(keeper);
    // SAFETY: `finish` is a plain function that neither unwinds nor touches thread-local state.
    ONCE.get_or_init(|| assert_eq!(unsafe { libc::atexit(finish) }, 0));
}

pub fn locked(path: &Path) -> File {
    let file = File::create(path).unwrap();
    file.lock().unwrap();
    file
}
