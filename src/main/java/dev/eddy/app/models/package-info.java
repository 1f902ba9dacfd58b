/** Model files from elsewhere: importing, probing, describing. */
package dev.eddy.app.models;
