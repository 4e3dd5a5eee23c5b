/** What lets its holder open one live connection to one inbox, for a minute. */
export interface Ticket {
  ticket: string;
  /** Epoch ms. */
  expiresAt: number;
}

/** The live side of all inboxes. */
export interface Inboxes {
  /** Says that something is new. A hint: whoever is connected looks into the database. */
  notify(userId: string): Promise<void>;
  /** A ticket for a connection of this user. */
  issueTicket(userId: string): Promise<Ticket>;
  /**
   * Opens a connection and uses its ticket up.
   * @param after what the client has seen already; null for what comes from now on
   * @returns or why not: the ticket is not (or no longer) valid, or too many closed connections are not gone yet
   */
  connect(ticket: string, after: number | null): Promise<WebSocket | "unknown_ticket" | "too_many">;
  /** Closes every connection, and forgets tickets. */
  erase(userId: string): Promise<void>;
}
