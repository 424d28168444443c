// Package terms is the agreed-terms state machine: it reads the record of a conference, move by move, and says what the
// parties have agreed under the decision rules that they chose.
//
// The package is pure. It has no clock, no randomness, no logging and no I/O, and it imports the standard library only:
// the same moves give the same state on every machine and for ever. Everything that decides an outcome is here.
//
// # How the record is read
//
// Every move carries its scenario time. Before a move is applied, the deadlines that fell before it (the windows of
// stages, the ends of agreements) are settled in order of time, then in the order in which the plans were proposed. A move
// at the very instant of a deadline is still in time; a clock move that is not refused settles the deadlines up to and including its own time.
//
// A refused move changes nothing but its capital's count of moves. It stays in the record, with the reason.
//
// # Positions, stages and rules
//
// A plan stands at one stage of its procedure. A member of that stage can consent (with or without conditions), object,
// abstain or veto; until then, or while the conditions of its consent do not hold, it is absent. It can take another
// position as long as the stage is open; taking the same one again is recorded and changes nothing. Proposing or amending
// is a consent of its author, where the author is asked. A stage passes as soon as its rule is won, or, where it decides
// at the close, at its close. What won, lost and pending mean is said at [Rule].
//
// A stage closes when its window ends, when any capital but an observer calls the vote, or, where it decides at the
// close, when everyone who is asked has spoken. A consent whose conditions do not hold has not been spoken. Where silence
// means consent, members who have taken no position at all consent at the instant at which the window ends, but not when
// a vote is called before; those that have left the conference do not, nor does who is heard only for a reserved term. If
// the rule is not won at the close, the plan is vetoed, rejected or lapsed: see [Outcome]. Stages whose windows end at
// the same instant close in the order of proposal, each knowing that the others close too, before anything follows.
//
// A capital that holds a term's reserved_to must consent to any plan that sets the term. Its consent is asked for in the
// last stage of which it is a member; if it is a member of none, it is heard in the last stage of the procedure. Where an
// amended plan keeps its stage (on_amendment: stay), it is always heard in the last stage of the procedure: the text could
// change after any other.
//
// A capital that leaves the conference loses its positions on open plans. Its vetoes and pledges stand.
//
// # Vetoes and amendments
//
// A capital holds a veto in a stage if the rule cannot be won over its objection, everyone else consenting. A veto cites
// terms; an amendment keeps the vetoes all of whose cited terms it leaves as they were. A veto that cites nothing is
// against the text as a whole, so every amendment clears it. A standing veto is its capital's objection in every stage of
// which it is a member; a consent or an abstention of the same capital lifts it, and so does lift. An objection does not:
// the veto stands behind it.
//
// An amendment makes a new version and clears all other positions. The plan goes back to its first stage, which opens
// afresh; where the procedure says on_amendment: stay, it keeps its stage and that stage's deadline. A position names the
// version it answers: if the text has changed meanwhile, the position is refused. A plan that was withdrawn, vetoed,
// rejected or has lapsed may be proposed again, as its next version.
//
// # Conditions
//
// Conditional consents and pledges are resolved together, over all open plans, to the greatest fixed point: all are taken
// to hold, and those whose conditions fail are struck out until nothing changes. So two capitals that each consent if the
// other does have both consented. That an open plan is adopted may be taken to hold in this way too, if it stands in its
// last stage, its rule is then won, and the stage decides when it is won or closes at this instant. Every other condition
// is read from the state as it is.
//
// A capital has consented to a plan's version if it has in the present stage or, as long as it has no position there that
// counts, in an earlier one; how it stood when the plan was decided remains.
//
// # Membership
//
// A capital is admitted or expelled once the charter's rule for it is won among the capitals that hold positions (the one
// concerned left out): each moves the same, which is its consent. Without such a rule all must. Who is expelled can make
// no moves; its positions, vetoes and pledges go. Stages and rules stay as the charter has them: a rule that needs the
// consent of an expelled capital cannot be won any more, and an admitted one is a member of no stage.
//
// # Agreements
//
// An adopted plan enters into force once what it requires holds: at once, if it does. It then runs for its length (see
// [Draft]), is extended when the rule of the last stage is won among the capitals that ask for the same extension (by as
// long as it runs, if they do not say), and collapses when it is denounced by a party or when as many violations have
// been reported as the plan allows for.
package terms
