/** Every setting of Eddy in one table, and what of a properties file belongs to which Kafka client. */
package dev.eddy.config;
