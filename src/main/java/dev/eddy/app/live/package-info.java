/** The live states of sequences: an instance's answer about one, and the commands that ask for it. */
package dev.eddy.app.live;
