/** Topic bytes ⇄ fields and predictions; files of events. */
package dev.eddy.wire;
