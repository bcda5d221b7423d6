//! Short-lived shared state: in this process, or in Redis where several processes must agree.
//!
//! Never the only home of anything: when Redis is away the cache answers from the process for a few seconds before it
//! tries again, and whoever uses it can do without.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use moka::Expiry;
use moka::sync::Cache as Memory;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands, IntoConnectionInfo, Script};

/// Failures in a row before Redis is left alone.
const TRIES: u32 = 3;
const REST: Duration = Duration::from_secs(5);

/// The cache.
#[derive(Clone)]
pub struct Cache {
    memory: Memory<String, Kept>,
    redis: Option<Remote>,
}

#[derive(Clone)]
struct Remote {
    manager: ConnectionManager,
    prefix: String,
    failures: Arc<AtomicU32>,
    rests_until_ms: Arc<AtomicI64>,
    born: Instant,
}

#[derive(Clone)]
struct Kept {
    value: Arc<Vec<u8>>,
    count: Arc<AtomicI64>,
    ttl: Duration,
}

struct ByTtl;

impl Expiry<String, Kept> for ByTtl {
    fn expire_after_create(&self, _key: &String, kept: &Kept, _at: Instant) -> Option<Duration> {
        Some(kept.ttl)
    }
}

impl Cache {
    /// In this process only.
    pub fn memory() -> Cache {
        Cache {
            memory: Memory::builder()
                .max_capacity(100_000)
                .expire_after(ByTtl)
                .build(),
            redis: None,
        }
    }

    /// In Redis under a key prefix. Connects lazily: the service starts without it.
    pub fn redis(url: &str, prefix: &str) -> Result<Cache, redis::RedisError> {
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_millis(500)))
            .set_response_timeout(Some(Duration::from_millis(500)))
            .set_number_of_retries(2)
            .set_min_delay(Duration::from_millis(50))
            .set_max_delay(Duration::from_millis(200));
        let client = redis::Client::open(url.into_connection_info()?)?;
        let remote = Remote {
            manager: ConnectionManager::new_lazy_with_config(client, config)?,
            prefix: prefix.to_owned(),
            failures: Arc::default(),
            rests_until_ms: Arc::default(),
            born: Instant::now(),
        };
        Ok(Cache {
            redis: Some(remote),
            ..Cache::memory()
        })
    }

    /// Counts one more under a key that lives `ttl` from its first count; the count so far.
    pub async fn count(&self, key: &str, ttl: Duration) -> i64 {
        if let Some(remote) = &self.redis
            && let Some(count) = remote.count(key, ttl).await
        {
            return count;
        }
        let kept = self.memory.get_with(key.to_owned(), || Kept {
            value: Arc::default(),
            count: Arc::default(),
            ttl,
        });
        kept.count.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// What is kept under a key.
    pub async fn get(&self, key: &str) -> Option<Vec<u8>> {
        match &self.redis {
            Some(remote) => remote.get(key).await,
            None => self.memory.get(key).map(|kept| kept.value.to_vec()),
        }
    }

    /// Keeps a value for a while.
    pub async fn put(&self, key: &str, value: Vec<u8>, ttl: Duration) {
        match &self.redis {
            Some(remote) => remote.put(key, value, ttl).await,
            None => {
                self.memory.insert(
                    key.to_owned(),
                    Kept {
                        value: Arc::new(value),
                        count: Arc::default(),
                        ttl,
                    },
                );
            }
        }
    }

    /// Forgets a key.
    pub async fn forget(&self, key: &str) {
        match &self.redis {
            Some(remote) => remote.forget(key).await,
            None => self.memory.invalidate(key),
        }
    }

    /// Whether the shared part answers; always when there is none.
    pub async fn ready(&self) -> bool {
        match &self.redis {
            Some(remote) => redis::cmd("PING")
                .query_async::<String>(&mut remote.manager.clone())
                .await
                .is_ok(),
            None => true,
        }
    }

    /// Which kind it is, for `/readyz`.
    pub fn kind(&self) -> &'static str {
        if self.redis.is_some() { "redis" } else { "memory" }
    }
}

impl Remote {
    async fn count(&self, key: &str, ttl: Duration) -> Option<i64> {
        let script = Script::new(
            "local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end return n",
        );
        self.tried(async {
            let mut manager = self.manager.clone();
            script
                .key(self.key(key))
                .arg(ttl.as_millis() as u64)
                .invoke_async::<i64>(&mut manager)
                .await
        })
        .await
    }

    async fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.tried(async {
            self.manager
                .clone()
                .get::<_, Option<Vec<u8>>>(self.key(key))
                .await
        })
        .await
        .flatten()
    }

    async fn put(&self, key: &str, value: Vec<u8>, ttl: Duration) {
        self.tried(async {
            self.manager
                .clone()
                .pset_ex::<_, _, ()>(self.key(key), value, ttl.as_millis() as u64)
                .await
        })
        .await;
    }

    async fn forget(&self, key: &str) {
        self.tried(async { self.manager.clone().del::<_, ()>(self.key(key)).await })
            .await;
    }

    fn key(&self, key: &str) -> String {
        format!("{}:{key}", self.prefix)
    }

    async fn tried<T>(&self, work: impl Future<Output = Result<T, redis::RedisError>>) -> Option<T> {
        let now = self.born.elapsed().as_millis() as i64;
        if now < self.rests_until_ms.load(Ordering::Relaxed) {
            return None;
        }
        match work.await {
            Ok(value) => {
                self.failures.store(0, Ordering::Relaxed);
                Some(value)
            }
            Err(error) => {
                if self.failures.fetch_add(1, Ordering::Relaxed) + 1 >= TRIES {
                    self.failures.store(0, Ordering::Relaxed);
                    self.rests_until_ms
                        .store(now + REST.as_millis() as i64, Ordering::Relaxed);
                }
                tracing::warn!(kind = ?error.kind(), "the shared cache does not answer");
                None
            }
        }
    }
}
