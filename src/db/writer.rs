//! SQLite's one writer, handed from act to act, with one `COMMIT` for all that wait.
//!
//! With `synchronous=FULL` the write rate of one connection is one over the time of a disk sync. So the first act of a
//! batch begins the real transaction, each act is a savepoint in it, and its commit releases the savepoint and waits
//! until the batch's one `COMMIT` is durable. Whoever finds nobody waiting behind it commits. A lone act pays nothing;
//! while one batch syncs the next one queues up. A failed `COMMIT` fails every act of the batch.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor, SqliteConnection};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

/// A batch stays under about 50 ms of work.
const MOST_ACTS: usize = 128;

type Done = oneshot::Sender<Result<(), String>>;

/// The writer: one connection behind a fair lock.
pub struct Writer {
    options: SqliteConnectOptions,
    slot: Arc<Mutex<Slot>>,
    waiting: AtomicUsize,
}

#[derive(Default)]
struct Slot {
    connection: Option<SqliteConnection>,
    /// The real transaction is open.
    open: bool,
    /// Acts that released their savepoint and wait for the `COMMIT`.
    done: Vec<Done>,
}

/// One act's turn at the connection.
pub struct Turn {
    slot: Option<OwnedMutexGuard<Slot>>,
    writer: Arc<Writer>,
}

/// Somebody in the queue; leaving it early must not leave a batch without a committer.
struct Ticket {
    writer: Arc<Writer>,
    served: bool,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let last = self.writer.waiting.fetch_sub(1, Ordering::SeqCst) == 1;
        if last && !self.served {
            let writer = self.writer.clone();
            tokio::spawn(async move {
                let mut slot = writer.slot.clone().lock_owned().await;
                writer.settle(&mut slot).await;
            });
        }
    }
}

impl Writer {
    pub(super) fn new(options: SqliteConnectOptions) -> Writer {
        Writer {
            options,
            slot: Arc::default(),
            waiting: AtomicUsize::new(0),
        }
    }

    pub(super) async fn begin(self: Arc<Writer>) -> Result<Turn, sqlx::Error> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut ticket = Ticket {
            writer: self.clone(),
            served: false,
        };
        let slot = self.slot.clone().lock_owned().await;
        ticket.served = true;
        drop(ticket);
        // From here on a dropped future is a dropped turn, which settles the batch.
        let mut turn = Turn {
            slot: Some(slot),
            writer: self.clone(),
        };
        if let Err(error) = turn.open().await {
            if let Some(mut slot) = turn.slot.take() {
                slot.fail(&error.to_string());
            }
            return Err(error);
        }
        Ok(turn)
    }

    pub(super) async fn close(&self) {
        let mut slot = self.slot.lock().await;
        self.settle(&mut slot).await;
        if let Some(connection) = slot.connection.take() {
            let _closed = connection.close().await;
        }
    }

    /// Commits the batch if nobody behind will.
    async fn settle(&self, slot: &mut Slot) {
        if !slot.open || (self.waiting.load(Ordering::SeqCst) > 0 && slot.done.len() < MOST_ACTS) {
            return;
        }
        let Some(connection) = slot.connection.as_mut() else {
            return;
        };
        match connection.execute("commit").await {
            Ok(_) => {
                slot.open = false;
                for done in slot.done.drain(..) {
                    let _gone = done.send(Ok(()));
                }
            }
            Err(error) => slot.fail(&error.to_string()),
        }
    }
}

impl Slot {
    /// Fails every act of the batch and forgets the connection: its transaction rolls back with it.
    fn fail(&mut self, why: &str) {
        self.open = false;
        self.connection = None;
        for done in self.done.drain(..) {
            let _gone = done.send(Err(why.to_owned()));
        }
    }
}

impl Turn {
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        self.slot
            .as_mut()
            .and_then(|slot| slot.connection.as_mut())
            .expect("a turn holds the connection from begin to commit")
    }

    async fn open(&mut self) -> Result<(), sqlx::Error> {
        let options = self.writer.options.clone();
        let Some(slot) = self.slot.as_deref_mut() else {
            return Err(sqlx::Error::PoolClosed);
        };
        if slot.connection.is_none() {
            slot.connection = Some(options.connect().await?);
            slot.open = false;
        }
        let Some(connection) = slot.connection.as_mut() else {
            return Err(sqlx::Error::PoolClosed);
        };
        if !slot.open {
            connection.execute("begin immediate").await?;
            slot.open = true;
        }
        connection.execute("savepoint act").await?;
        Ok(())
    }

    pub(super) async fn commit(mut self) -> Result<(), sqlx::Error> {
        self.connection().execute("release act").await?;
        let Some(mut slot) = self.slot.take() else {
            return Err(sqlx::Error::PoolClosed);
        };
        let (done, committed) = oneshot::channel();
        slot.done.push(done);
        // In a task of its own: a caller that goes away now must not stop the commit of the others.
        let writer = self.writer.clone();
        tokio::spawn(async move { writer.settle(&mut slot).await });
        match committed.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(why)) => Err(sqlx::Error::Protocol(why)),
            Err(_) => Err(sqlx::Error::PoolClosed),
        }
    }

    pub(super) async fn rollback(mut self) -> Result<(), sqlx::Error> {
        let Some(mut slot) = self.slot.take() else {
            return Ok(());
        };
        undo(&self.writer, &mut slot).await;
        Ok(())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(mut slot) = self.slot.take() {
            let writer = self.writer.clone();
            tokio::spawn(async move { undo(&writer, &mut slot).await });
        }
    }
}

/// Takes one act back and leaves the others of the batch as they are.
async fn undo(writer: &Writer, slot: &mut Slot) {
    let Some(connection) = slot.connection.as_mut() else {
        return;
    };
    let undone = async {
        connection.execute("rollback to act").await?;
        connection.execute("release act").await
    };
    match undone.await {
        Ok(_) => writer.settle(slot).await,
        Err(error) => slot.fail(&error.to_string()),
    }
}
