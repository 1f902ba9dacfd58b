package dev.eddy.http;

/**
 * What an instance says of one sequence.
 *
 * @param status 200, 400, 404 or 503
 * @param json   a JSON object
 */
public record SequenceAnswer(int status, String json) {}
