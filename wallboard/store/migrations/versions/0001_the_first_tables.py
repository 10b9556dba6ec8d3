"""the first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("alert_id", sa.String(length=300), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("trigger", sa.String(length=300), nullable=False),
        sa.Column("status", sa.String(length=300), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("ack_due_at", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", sa.String(length=300), nullable=True),
        sa.Column("closed_reason", sa.Text(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("queue_id", sa.String(length=300), nullable=True),
        sa.Column("team_id", sa.String(length=300), nullable=True),
        sa.Column("agent_id", sa.String(length=300), nullable=True),
        sa.Column("desk", sa.String(length=300), nullable=True),
        sa.Column("handling", sa.String(length=300), nullable=False),
        sa.Column("mode", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("alert_id"),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alerts_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alerts_opened_at"), ["opened_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_alerts_queue_id"), ["queue_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alerts_status"), ["status"], unique=False)

    op.create_table(
        "audit",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.String(length=300), nullable=True),
        sa.Column("what", sa.String(length=300), nullable=False),
        sa.Column("ref", sa.String(length=300), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_user_id"), ["user_id"], unique=False)

    op.create_table(
        "callbacks",
        sa.Column("reference", sa.String(length=300), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("customer_ref", sa.String(length=300), nullable=True),
        sa.Column("state", sa.String(length=300), nullable=False),
        sa.Column("owner_id", sa.String(length=300), nullable=True),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("window_start", sa.BigInteger(), nullable=True),
        sa.Column("window_end", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("queue_id", sa.String(length=300), nullable=True),
        sa.Column("team_id", sa.String(length=300), nullable=True),
        sa.Column("agent_id", sa.String(length=300), nullable=True),
        sa.Column("desk", sa.String(length=300), nullable=True),
        sa.Column("handling", sa.String(length=300), nullable=False),
        sa.Column("mode", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("reference"),
    )
    with op.batch_alter_table("callbacks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_callbacks_call_id"), ["call_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_callbacks_customer_ref"), ["customer_ref"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_callbacks_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_callbacks_queue_id"), ["queue_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_callbacks_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_callbacks_window_end"), ["window_end"], unique=False)

    op.create_table(
        "calls",
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("customer_ref", sa.String(length=300), nullable=True),
        sa.Column("deep_link", sa.Text(), nullable=True),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("not_monitored", sa.Text(), nullable=True),
        sa.Column("degraded", sa.Boolean(), nullable=False),
        sa.Column("mood", sa.JSON(), nullable=True),
        sa.Column("heard", sa.JSON(), nullable=True),
        sa.Column("trigger", sa.String(length=300), nullable=True),
        sa.Column("queue_id", sa.String(length=300), nullable=True),
        sa.Column("team_id", sa.String(length=300), nullable=True),
        sa.Column("agent_id", sa.String(length=300), nullable=True),
        sa.Column("desk", sa.String(length=300), nullable=True),
        sa.Column("handling", sa.String(length=300), nullable=False),
        sa.Column("mode", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("call_id"),
    )
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calls_customer_ref"), ["customer_ref"], unique=False)
        batch_op.create_index(batch_op.f("ix_calls_last_at"), ["last_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_calls_queue_id"), ["queue_id"], unique=False)

    op.create_table(
        "complaints",
        sa.Column("reference", sa.String(length=300), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=300), nullable=False),
        sa.Column("acknowledge_by", sa.BigInteger(), nullable=True),
        sa.Column("answer_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("queue_id", sa.String(length=300), nullable=True),
        sa.Column("team_id", sa.String(length=300), nullable=True),
        sa.Column("agent_id", sa.String(length=300), nullable=True),
        sa.Column("desk", sa.String(length=300), nullable=True),
        sa.Column("handling", sa.String(length=300), nullable=False),
        sa.Column("mode", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("reference"),
    )
    with op.batch_alter_table("complaints", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_complaints_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_complaints_queue_id"), ["queue_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_complaints_state"), ["state"], unique=False)

    op.create_table(
        "deeds",
        sa.Column("action_id", sa.String(length=300), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("user_id", sa.String(length=300), nullable=False),
        sa.Column("action", sa.String(length=300), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("applied", sa.Boolean(), nullable=True),
        sa.Column("rejected", sa.Text(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("queue_id", sa.String(length=300), nullable=True),
        sa.Column("team_id", sa.String(length=300), nullable=True),
        sa.Column("agent_id", sa.String(length=300), nullable=True),
        sa.Column("desk", sa.String(length=300), nullable=True),
        sa.Column("handling", sa.String(length=300), nullable=False),
        sa.Column("mode", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("action_id"),
    )
    with op.batch_alter_table("deeds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deeds_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_deeds_queue_id"), ["queue_id"], unique=False)

    op.create_table(
        "entries",
        sa.Column("incident_id", sa.String(length=300), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=300), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("queue_id", sa.String(length=300), nullable=True),
        sa.Column("team_id", sa.String(length=300), nullable=True),
        sa.Column("agent_id", sa.String(length=300), nullable=True),
        sa.Column("desk", sa.String(length=300), nullable=True),
        sa.Column("handling", sa.String(length=300), nullable=False),
        sa.Column("mode", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "number"),
    )
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entries_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_entries_call_id"), ["call_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entries_queue_id"), ["queue_id"], unique=False)

    op.create_table(
        "feed",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=300), nullable=False),
        sa.Column("ref", sa.String(length=300), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=True),
        sa.Column("trigger", sa.String(length=300), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("queue_id", sa.String(length=300), nullable=True),
        sa.Column("team_id", sa.String(length=300), nullable=True),
        sa.Column("agent_id", sa.String(length=300), nullable=True),
        sa.Column("desk", sa.String(length=300), nullable=True),
        sa.Column("handling", sa.String(length=300), nullable=False),
        sa.Column("mode", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_feed_queue_id"), ["queue_id"], unique=False)

    op.create_table(
        "hints",
        sa.Column("hint_id", sa.String(length=300), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("agent_id", sa.String(length=300), nullable=True),
        sa.Column("kind", sa.String(length=300), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("became", sa.String(length=300), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("hint_id"),
    )
    with op.batch_alter_table("hints", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hints_agent_id"), ["agent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hints_call_id"), ["call_id"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("digest", sa.String(length=300), nullable=False),
        sa.Column("user_id", sa.String(length=300), nullable=True),
        sa.Column("role", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "messages",
        sa.Column("message_id", sa.String(length=300), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("user_id", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("message_id"),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_call_id"), ["call_id"], unique=False)

    op.create_table(
        "notes",
        sa.Column(
            "note_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("about", sa.String(length=300), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("note_id"),
        sa.UniqueConstraint("source"),
    )
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notes_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_notes_call_id"), ["call_id"], unique=False)

    op.create_table(
        "offsets",
        sa.Column("topic", sa.String(length=300), nullable=False),
        sa.Column("partition", sa.BigInteger(), nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition"),
    )
    op.create_table(
        "routes",
        sa.Column("route_id", sa.String(length=300), nullable=False),
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=300), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("desk", sa.String(length=300), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("route_id"),
    )
    with op.batch_alter_table("routes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_routes_call_id"), ["call_id"], unique=False)

    op.create_table(
        "tokens",
        sa.Column("token_id", sa.String(length=300), nullable=False),
        sa.Column("digest", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("queues", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("token_id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "turns",
        sa.Column("call_id", sa.String(length=300), nullable=False),
        sa.Column("utterance_id", sa.String(length=300), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("speaker", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("emotion", sa.String(length=300), nullable=True),
        sa.Column("intensity", sa.Float(), nullable=True),
        sa.Column("findings", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("call_id", "utterance_id"),
    )
    op.create_table(
        "users",
        sa.Column("user_id", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("role", sa.String(length=300), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=True),
        sa.Column("desks", sa.JSON(), nullable=False),
        sa.Column("queues", sa.JSON(), nullable=False),
        sa.Column("teams", sa.JSON(), nullable=False),
        sa.Column("agent_id", sa.String(length=300), nullable=True),
        sa.Column("time_zone", sa.String(length=300), nullable=True),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
        sa.UniqueConstraint("subject"),
    )
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_users_agent_id"), ["agent_id"], unique=False)

    op.create_table(
        "webhooks",
        sa.Column("webhook_id", sa.String(length=300), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("format", sa.String(length=300), nullable=False),
        sa.Column("secret", sa.String(length=300), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("triggers", sa.JSON(), nullable=False),
        sa.Column("queues", sa.JSON(), nullable=False),
        sa.Column("with_words", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("webhook_id"),
    )
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", sa.String(length=300), nullable=False),
        sa.Column("webhook_id", sa.String(length=300), nullable=False),
        sa.Column("feed", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=300), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("answered", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.webhook_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("delivery_id"),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index("delivery_once", ["webhook_id", "feed"], unique=True)
        batch_op.create_index(batch_op.f("ix_deliveries_next_at"), ["next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_deliveries_webhook_id"), ["webhook_id"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(length=300), nullable=False),
        sa.Column("user_id", sa.String(length=300), nullable=False),
        sa.Column("csrf", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest"),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_expires_at"), ["expires_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_expires_at"))

    op.drop_table("sessions")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deliveries_webhook_id"))
        batch_op.drop_index(batch_op.f("ix_deliveries_next_at"))
        batch_op.drop_index("delivery_once")

    op.drop_table("deliveries")
    op.drop_table("webhooks")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_users_agent_id"))

    op.drop_table("users")
    op.drop_table("turns")
    op.drop_table("tokens")
    with op.batch_alter_table("routes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routes_call_id"))

    op.drop_table("routes")
    op.drop_table("offsets")
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notes_call_id"))
        batch_op.drop_index(batch_op.f("ix_notes_at"))

    op.drop_table("notes")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_call_id"))

    op.drop_table("messages")
    op.drop_table("invitations")
    with op.batch_alter_table("hints", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hints_call_id"))
        batch_op.drop_index(batch_op.f("ix_hints_agent_id"))

    op.drop_table("hints")
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feed_queue_id"))
        batch_op.drop_index(batch_op.f("ix_feed_at"))

    op.drop_table("feed")
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entries_queue_id"))
        batch_op.drop_index(batch_op.f("ix_entries_call_id"))
        batch_op.drop_index(batch_op.f("ix_entries_at"))

    op.drop_table("entries")
    with op.batch_alter_table("deeds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deeds_queue_id"))
        batch_op.drop_index(batch_op.f("ix_deeds_call_id"))

    op.drop_table("deeds")
    with op.batch_alter_table("complaints", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_complaints_state"))
        batch_op.drop_index(batch_op.f("ix_complaints_queue_id"))
        batch_op.drop_index(batch_op.f("ix_complaints_call_id"))

    op.drop_table("complaints")
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calls_queue_id"))
        batch_op.drop_index(batch_op.f("ix_calls_last_at"))
        batch_op.drop_index(batch_op.f("ix_calls_customer_ref"))

    op.drop_table("calls")
    with op.batch_alter_table("callbacks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_callbacks_window_end"))
        batch_op.drop_index(batch_op.f("ix_callbacks_state"))
        batch_op.drop_index(batch_op.f("ix_callbacks_queue_id"))
        batch_op.drop_index(batch_op.f("ix_callbacks_owner_id"))
        batch_op.drop_index(batch_op.f("ix_callbacks_customer_ref"))
        batch_op.drop_index(batch_op.f("ix_callbacks_call_id"))

    op.drop_table("callbacks")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_user_id"))
        batch_op.drop_index(batch_op.f("ix_audit_at"))

    op.drop_table("audit")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alerts_status"))
        batch_op.drop_index(batch_op.f("ix_alerts_queue_id"))
        batch_op.drop_index(batch_op.f("ix_alerts_opened_at"))
        batch_op.drop_index(batch_op.f("ix_alerts_call_id"))

    op.drop_table("alerts")
