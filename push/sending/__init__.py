"""Sends the notifications in the queue. The modules follow the order of the work.

::

    queue            notifications wait until they are due; here they are also dropped, retried or sent early
      |
    dispatching      the loop: claim users, send their items, record the answers, until nothing is due
      |
      +- claiming    reserve a user's due items for this worker (lost_claims: those of workers that died)
      |
      +- preparing   check the items again and build a push for each device, or an e-mail
      |                attempts  save each attempt before it is sent (new_attempts)
      |                breaker   hold back what a paused route would carry
      |
      +- sending     pass the round to the carriers
      |                carriers, carrier_threads  one thread for each route, and one for e-mails
      |                answer_inbox               the answers on their way back
      |
      +- recording   close the attempts, update the devices, finish the items or schedule a retry
                       outcomes          the state in which an item ends, or waits for its next attempt
                       late_answers      what takes long is recorded by a thread of its own
                       database_retries  an answer is not lost while the database is away

    spans            the OpenTelemetry spans of these steps, while traces are on

    remove_shown     sends updates to devices that show what was read elsewhere, edited or deleted

Nothing is sent without a saved attempt, and nothing is sent by two workers: an item belongs to one claim.
"""
