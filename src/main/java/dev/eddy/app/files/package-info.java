/** Files of events: into the input topic, or through a model without a broker. */
package dev.eddy.app.files;
