/** Opens one live connection to one inbox, within a minute. */
export interface Ticket {
  ticket: string;
  /** Epoch ms. */
  expiresAt: number;
}

/** The live side of all inboxes. */
export interface Inboxes {
  /** Hints that the inbox has changed. Its object then reads the database, if anyone is connected. */
  notify(userId: string): Promise<void>;
  /** A ticket for a connection of this user. */
  issueTicket(userId: string): Promise<Ticket>;
  /**
   * Opens a connection and uses its ticket up.
   * @param after what the client has seen already; null for what comes from now on
   * @returns the connection, or why there is none: the ticket is not valid (any more), or too many closed connections linger
   */
  connect(ticket: string, after: number | null): Promise<WebSocket | "unknown_ticket" | "too_many">;
  /** Closes every connection, and forgets tickets. */
  erase(userId: string): Promise<void>;
}
