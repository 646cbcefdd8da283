import type { Reader, Tx } from '@lianzheng/db';
import type { Alarm, AlarmKind } from '@lianzheng/proto/exchange/v1/exchange';

export type NewAlarm = {
  /** One alarm per cause, however often it shows. */
  cause: string;
  kind: AlarmKind;
  node: string;
  log: string;
  raisedAt: Date;
  /** Chinese, then English. */
  text: string;
  evidence: Buffer[];
};

/** Returns whether it is new. */
export async function raiseAlarm(tx: Tx, alarm: NewAlarm): Promise<boolean> {
  const added = await tx.execute(
    `INSERT INTO alarm (cause, kind, node, log, raised_at, text, evidence) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (cause) DO NOTHING`,
    [alarm.cause, alarm.kind, alarm.node, alarm.log, alarm.raisedAt, alarm.text, alarm.evidence],
  );
  return added === 1;
}

/**
 * The same for what comes back every few seconds until somebody helps: not while an earlier one of this kind, node and log is
 * open, and not for anything from before it was acknowledged.
 */
export async function raiseAlarmOnce(tx: Tx, alarm: NewAlarm): Promise<boolean> {
  const open = await tx.row(
    `SELECT FROM alarm WHERE kind = $1 AND node = $2 AND log = $3
        AND (acknowledged_at IS NULL OR acknowledged_at >= $4) LIMIT 1`,
    [alarm.kind, alarm.node, alarm.log, alarm.raisedAt],
  );
  return open === undefined && raiseAlarm(tx, alarm);
}

type Row = {
  alarm_id: number;
  kind: number;
  node: string;
  log: string;
  raised_at: Date;
  text: string;
  evidence: Buffer[];
  acknowledged_at: Date | null;
  acknowledged_by: string;
};

const columns = 'alarm_id, kind, node, log, raised_at, text, evidence, acknowledged_at, acknowledged_by';

function fromRow(row: Row): Alarm {
  return {
    alarmId: String(row.alarm_id),
    kind: row.kind as AlarmKind,
    node: row.node,
    log: row.log,
    raisedAt: row.raised_at,
    text: row.text,
    evidence: row.evidence,
    acknowledgedAt: row.acknowledged_at ?? undefined,
    acknowledgedBy: row.acknowledged_by,
  };
}

export async function listAlarms(reader: Reader): Promise<Alarm[]> {
  return (await reader.rows<Row>(`SELECT ${columns} FROM alarm ORDER BY alarm_id DESC LIMIT 200`)).map(
    fromRow,
  );
}

export async function acknowledgeAlarm(
  tx: Tx,
  alarmId: number,
  by: { caller: string; at: Date; note: string },
): Promise<Alarm | undefined> {
  const row = await tx.row<Row>(
    `UPDATE alarm SET acknowledged_at = coalesce(acknowledged_at, $2),
            acknowledged_by = CASE WHEN acknowledged_at IS NULL THEN $3 ELSE acknowledged_by END,
            note = CASE WHEN acknowledged_at IS NULL THEN $4 ELSE note END
      WHERE alarm_id = $1 RETURNING ${columns}`,
    [alarmId, by.at, by.caller, by.note],
  );
  return row && fromRow(row);
}
