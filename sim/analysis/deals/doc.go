// Package deals looks at every deal that the terms of a scenario allow: which of them each capital would accept by its
// score sheet, which would pass the rule, and which of them the theory of bargaining singles out.
//
// # What a deal is
//
// A deal gives a value to each of the terms that span the space: those that a score sheet, a red line, a need or a link
// speaks of, and those that the plan sets. A quantity takes the values that its step allows. One without a step, and a
// duration without a list, has no end of values: the ones that the file names, its ends and one between each two stand for
// them, and a note says so. A term that some red line or need asks to be set or not can also be left out of the deal. Links
// ([scenarios.Requirement]) take deals out of the space.
//
// # Who accepts what
//
// A capital with a score sheet accepts a deal that is worth its walk-away or more (zero, where it names none), crosses none
// of its red lines and meets its needs. One without a sheet whose policy decides accepts what the policy would consent to.
// The score is the one that policies use in runs. Observers hold no position and are left out.
//
// A deal passes if the rule of the last stage is won when each member that accepts it consents and the others object. A
// member with neither sheet nor policy objects, then; how many deals would pass with its consent is counted beside it.
//
// # What is singled out
//
// Red lines and needs are not for sale: what follows is taken among the deals that violate none of them, of any capital
// with a sheet. A surplus is a score less the walk-away.
//   - Pareto frontier: no other deal is worth as much to all and more to one.
//   - Nash: the greatest product of surpluses, among deals where none is negative (Nash, "The Bargaining Problem",
//     Econometrica 18, 1950; for more than two as in Harsanyi, "A Simplified Bargaining Model for the n-Person Cooperative
//     Game", International Economic Review 4, 1963).
//   - Egalitarian: the greatest least surplus (Kalai, "Proportional Solutions to Bargaining Situations", Econometrica 45,
//     1977).
//   - Greatest sum: of the scores (Bentham's sum; Harsanyi, "Cardinal Welfare, Individualistic Ethics, and Interpersonal
//     Comparisons of Utility", Journal of Political Economy 63, 1955).
//
// Unlike the Nash point, the last two compare one capital's points with another's.
//
// # How it counts
//
// Points are integers, so every comparison is exact. Values of a term that no sheet, line or link tells apart are one class
// and are counted together. Spaces up to a limit are gone through deal by deal, with nothing kept but counts; larger ones
// are counted by merging partial deals that no continuation can tell apart (dynamic programming). Where that would take too
// much memory, a seeded sample estimates the counts and a search looks for the points: the result says that it is not exact.
//
// Up to ten million deals everything is exact, whatever the sheets and links are: what the links leave counts, if it is
// known without more than a million partial deals (counting what links leave is as hard as counting the solutions of any
// logical formula). Deals are never held one by one. The frontier is sieved: of each partial deal there is a bit that says
// whether another one dominates it, and packed scores of half a gigabyte at most are in memory at a time.
package deals
