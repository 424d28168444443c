// Package domains turns negotiation domains of the field's tools into scenarios: Genius XML (Lin, Kraus, Baarslag,
// Tykhonov, Hindriks and Jonker, "Genius: An Integrated Environment for Supporting the Design of Generic Automated
// Negotiators", Computational Intelligence 30, 2014), GeniusWeb JSON, NegMAS folders in YAML or JSON (Mohammad, Nakadai and
// Greenwald, "NegMAS: A Platform for Situated Negotiations", 2021) and NegoLog profiles (Doğru, Keskin, Jonker, Baarslag and
// Aydoğan, "NegoLog: An Integrated Python-based Automated Negotiation Framework", IJCAI 2024).
//
// Utilities are kept exactly: they are read as decimals, never as floating point, and the points of the score sheets are
// the utilities times one factor for all parties. Where the factor would have to be too large, they are rounded, and the
// report says by how much. What a scenario cannot say (discounts, real-valued issues, utilities that do not add up) is
// named in the report and in the file, never dropped in silence.
package domains
