//! The real parts of a program, with points before and after what each does.

use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt as _;
use pstral_core::domain::{AuditCheckpoint, AuditEntry, AuditEvent, Catalog, ChainHead, ColumnPath, Dialect};
use pstral_core::guard::ApprovedStatement;
use pstral_core::ports::{
    AuditFilter, AuditFound, AuditLog, AuditMark, ChatRequest, Estimate, LanguageModel, ModelError, ModelInfo,
    ModelStream, Privileges, QueryTarget, ResultStream, StoreError, TargetError, Towards,
};
use pstral_core::text::Text;
use tokio_util::sync::CancellationToken;

use super::points::Points;

/// A part with its points.
pub(super) struct Pointed<T: ?Sized> {
    pub(super) real: Arc<T>,
    pub(super) points: Arc<Points>,
}

#[async_trait]
impl AuditLog for Pointed<dyn AuditLog> {
    async fn append(&self, event: AuditEvent) -> Result<AuditEntry, StoreError> {
        let action = event.action.word();
        self.points.reach(&format!("audit: {action}"));
        let entry = self.real.append(event).await?;
        // From here on it must not be lost.
        self.points.note("acknowledged", &format!("{} {} {}", entry.instance, entry.seq, entry.hash));
        self.points.reach(&format!("audited: {action}"));
        Ok(entry)
    }

    async fn after(&self, position: i64, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.real.after(position, filter, limit).await
    }

    async fn page(
        &self,
        filter: &AuditFilter,
        from: Option<AuditMark>,
        towards: Towards,
        limit: u32,
    ) -> Result<AuditFound, StoreError> {
        self.real.page(filter, from, towards, limit).await
    }

    async fn heads(&self) -> Result<Vec<ChainHead>, StoreError> {
        self.real.heads().await
    }

    async fn chain(&self, instance: &str, after: i64, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.real.chain(instance, after, limit).await
    }

    async fn checkpoints(&self) -> Result<Vec<AuditCheckpoint>, StoreError> {
        self.real.checkpoints().await
    }
}

#[async_trait]
impl LanguageModel for Pointed<dyn LanguageModel> {
    fn name(&self) -> &str {
        self.real.name()
    }

    fn context_tokens(&self) -> usize {
        self.real.context_tokens()
    }

    async fn chat(&self, request: ChatRequest) -> Result<ModelStream, ModelError> {
        self.points.reach("model: ask");
        let stream = self.real.chat(request).await?;
        let points = Arc::clone(&self.points);
        Ok(stream.inspect(move |_| points.reach("model: a part")).boxed())
    }

    async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, ModelError> {
        self.real.embed(texts).await
    }

    async fn models(&self) -> Result<Vec<ModelInfo>, ModelError> {
        self.real.models().await
    }

    async fn health(&self) -> Result<Text, ModelError> {
        self.real.health().await
    }
}

#[async_trait]
impl QueryTarget for Pointed<dyn QueryTarget> {
    fn dialect(&self) -> Dialect {
        self.real.dialect()
    }

    async fn catalog(&self) -> Result<Catalog, TargetError> {
        self.points.reach("target: catalog");
        self.real.catalog().await
    }

    async fn explain(&self, statement: &ApprovedStatement, person: &str) -> Result<Estimate, TargetError> {
        self.points.reach("target: explain");
        self.real.explain(statement, person).await
    }

    fn estimates(&self) -> bool {
        self.real.estimates()
    }

    async fn execute(
        &self,
        statement: &ApprovedStatement,
        person: &str,
        cancel: CancellationToken,
    ) -> Result<ResultStream, TargetError> {
        self.points.reach("target: execute");
        self.points.note("ran", &statement.text().split_whitespace().collect::<Vec<_>>().join(" "));
        let result = self.real.execute(statement, person, cancel).await?;
        self.points.reach("target: executed");
        Ok(result)
    }

    async fn known_values(&self, column: &ColumnPath, limit: usize) -> Result<Vec<String>, TargetError> {
        self.real.known_values(column, limit).await
    }

    async fn privileges(&self) -> Result<Privileges, TargetError> {
        self.real.privileges().await
    }

    async fn health(&self) -> Result<Text, TargetError> {
        self.real.health().await
    }
}
